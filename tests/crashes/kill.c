/* Loaded before the C library (LD_PRELOAD): counts the calls by which the program changes a file or a folder, and those
   that it makes to the line, and kills it at the n-th of them. Nothing of the program knows of it. What is written
   through mapped memory (the index of SQLite's log, which it makes anew) is no call.

   KILL_AT   the number of the call, from 1; 0 for none
   KILL_HOW  before | half | after: the call is not made, is made with half of its bytes, is made and nothing more
   KILL_LOG  a file that gets the number of calls at the end, or the number and the name of the one that was the last */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static long kill_at;
static char how;

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("KILL_AT"), *manner = getenv("KILL_HOW");
  kill_at = at ? atol(at) : 0;
  how = manner ? manner[0] : 'b';
  /* Of this program alone, not of those that it starts. */
  unsetenv("LD_PRELOAD");
}

static void note(const char *name, int fd, long number) {
  char line[600], place[64], file[400] = "";
  const char *log = getenv("KILL_LOG");
  if (!log) return;
  if (fd >= 0) {
    snprintf(place, sizeof place, "/proc/self/fd/%d", fd);
    if (readlink(place, file, sizeof file - 1) < 0) file[0] = 0;
  }
  int length = snprintf(line, sizeof line, "%ld %s %s\n", number, name, file);
  int to = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (to < 0) return;
  syscall(SYS_write, to, line, (size_t)length);
  syscall(SYS_close, to);
}

__attribute__((destructor)) static void end(void) { note("calls", -1, atomic_load(&calls)); }

/* Whether this is the call at which it dies. Pipes, events and the terminal do not count. */
static int dies(int fd) {
  struct stat of;
  int kept = errno;
  if (fd >= 0 && (fd <= 2 || fstat(fd, &of) != 0 || !(S_ISREG(of.st_mode) || S_ISSOCK(of.st_mode)))) {
    errno = kept;
    return 0;
  }
  errno = kept;
  return atomic_fetch_add(&calls, 1) + 1 == kill_at;
}

/* Whether opening it so changes the disk: makes a file, or empties one. */
static int changes(int dir, const char *path, int flags) {
  struct stat of;
  int kept = errno, is_there = fstatat(dir, path, &of, AT_SYMLINK_NOFOLLOW) == 0;
  errno = kept;
  return is_there ? flags & O_TRUNC && of.st_size > 0 : flags & O_CREAT;
}

static void die(const char *name, int fd) {
  note(name, fd, kill_at);
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

#define NEXT(name) __typeof__(&name) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* A call that moves bytes: `half` is how it is made with half of them. */
#define BYTES(name, fd, whole, half)  \
  if (dies(fd)) {                     \
    if (how == 'h') (void)!(half);    \
    if (how == 'a') (void)!(whole);   \
    die(#name, fd);                   \
  }                                   \
  return whole

/* Any other call. */
#define WHOLE(name, fd, whole)        \
  if (dies(fd)) {                     \
    if (how == 'a') (void)!(whole);   \
    die(#name, fd);                   \
  }                                   \
  return whole

ssize_t write(int fd, const void *from, size_t n) { NEXT(write); BYTES(write, fd, next(fd, from, n), next(fd, from, n / 2)); }
ssize_t pwrite(int fd, const void *from, size_t n, off_t at) { NEXT(pwrite); BYTES(pwrite, fd, next(fd, from, n, at), next(fd, from, n / 2, at)); }
ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at) { NEXT(pwrite64); BYTES(pwrite64, fd, next(fd, from, n, at), next(fd, from, n / 2, at)); }
ssize_t writev(int fd, const struct iovec *parts, int n) { NEXT(writev); BYTES(writev, fd, next(fd, parts, n), next(fd, parts, n / 2)); }
ssize_t send(int fd, const void *from, size_t n, int flags) { NEXT(send); BYTES(send, fd, next(fd, from, n, flags), next(fd, from, n / 2, flags)); }
ssize_t sendto(int fd, const void *from, size_t n, int flags, const struct sockaddr *to, socklen_t size) { NEXT(sendto); BYTES(sendto, fd, next(fd, from, n, flags, to, size), next(fd, from, n / 2, flags, to, size)); }
ssize_t sendmsg(int fd, const struct msghdr *what, int flags) { NEXT(sendmsg); WHOLE(sendmsg, fd, next(fd, what, flags)); }
int connect(int fd, const struct sockaddr *to, socklen_t size) { NEXT(connect); WHOLE(connect, fd, next(fd, to, size)); }
int fsync(int fd) { NEXT(fsync); WHOLE(fsync, fd, next(fd)); }
int fdatasync(int fd) { NEXT(fdatasync); WHOLE(fdatasync, fd, next(fd)); }
int ftruncate(int fd, off_t n) { NEXT(ftruncate); WHOLE(ftruncate, fd, next(fd, n)); }
int ftruncate64(int fd, off64_t n) { NEXT(ftruncate64); WHOLE(ftruncate64, fd, next(fd, n)); }
int rename(const char *from, const char *to) { NEXT(rename); WHOLE(rename, -1, next(from, to)); }
int renameat(int dir, const char *from, int to_dir, const char *to) { NEXT(renameat); WHOLE(renameat, -1, next(dir, from, to_dir, to)); }
int link(const char *from, const char *to) { NEXT(link); WHOLE(link, -1, next(from, to)); }
int linkat(int dir, const char *from, int to_dir, const char *to, int flags) { NEXT(linkat); WHOLE(linkat, -1, next(dir, from, to_dir, to, flags)); }
int unlink(const char *path) { NEXT(unlink); WHOLE(unlink, -1, next(path)); }
int unlinkat(int dir, const char *path, int flags) { NEXT(unlinkat); WHOLE(unlinkat, -1, next(dir, path, flags)); }
int mkdir(const char *path, mode_t mode) { NEXT(mkdir); WHOLE(mkdir, -1, next(path, mode)); }
int mkdirat(int dir, const char *path, mode_t mode) { NEXT(mkdirat); WHOLE(mkdirat, -1, next(dir, path, mode)); }
int rmdir(const char *path) { NEXT(rmdir); WHOLE(rmdir, -1, next(path)); }
int chmod(const char *path, mode_t mode) { NEXT(chmod); WHOLE(chmod, -1, next(path, mode)); }
int fchmod(int fd, mode_t mode) { NEXT(fchmod); WHOLE(fchmod, fd, next(fd, mode)); }
int posix_fallocate(int fd, off_t at, off_t n) { NEXT(posix_fallocate); WHOLE(posix_fallocate, fd, next(fd, at, n)); }
int posix_fallocate64(int fd, off64_t at, off64_t n) { NEXT(posix_fallocate64); WHOLE(posix_fallocate64, fd, next(fd, at, n)); }
/* A local socket is a file. */
int bind(int fd, const struct sockaddr *to, socklen_t size) { NEXT(bind); WHOLE(bind, fd, next(fd, to, size)); }

/* An opening counts only where it changes the disk. The mode is there only where a file may be made. */
#define OPENS(name, dir, path, flags, whole)             \
  va_list rest;                                          \
  va_start(rest, flags);                                 \
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
  va_end(rest);                                          \
  if (changes(dir, path, flags)) {                       \
    WHOLE(name, -1, whole);                              \
  }                                                      \
  return whole

int open(const char *path, int flags, ...) { NEXT(open); OPENS(open, AT_FDCWD, path, flags, next(path, flags, mode)); }
int open64(const char *path, int flags, ...) { NEXT(open64); OPENS(open64, AT_FDCWD, path, flags, next(path, flags, mode)); }
int openat(int dir, const char *path, int flags, ...) { NEXT(openat); OPENS(openat, dir, path, flags, next(dir, path, flags, mode)); }
int openat64(int dir, const char *path, int flags, ...) { NEXT(openat64); OPENS(openat64, dir, path, flags, next(dir, path, flags, mode)); }
