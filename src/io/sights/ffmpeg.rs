//! ffmpeg, where it is on the PATH, as the second way to the frames of a video that our own decoder does not know. It
//! is given one file and one kind of it, so that a hostile one can make it open nothing else, and no key of our
//! environment; its time, its memory and what it says are bounded, and it is killed where nobody waits for it any more.

use pictures::{Picture, video::GoOn};
use std::{
    io::Read,
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

/// Seconds of the processor that it may use, and kB of memory that it may ask for.
const LIMITS: &str = "ulimit -t 10; ulimit -v 1500000; exec \"$@\"";
/// The largest piece of memory that it may ask for, in bytes: four pictures of 4096x2304.
const MOST_AT_ONCE: &str = "160000000";
/// The most it may say: a picture of 1024x1024.
const MOST_SAID: u64 = 3 << 20;
/// All that it is given of our environment: how it and its libraries are found.
const ENVIRONMENT: [&str; 2] = ["PATH", "LD_LIBRARY_PATH"];
/// How often it is asked whether anyone still waits.
const STEP: Duration = Duration::from_millis(20);

/// Which frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// The one seen at that moment, in milliseconds from the start.
    Ms(u64),
    /// By its number, from 0.
    Number(usize),
}

/// A frame of an MP4, made to fit within those sides. `None` where there is no such program, it cannot decode it
/// either, or `go_on` said no.
pub(super) fn frame(
    program: &str,
    path: &Path,
    at: At,
    (width, height): (usize, usize),
    go_on: GoOn<'_>,
) -> Option<Picture> {
    let mut file = std::ffi::OsString::from("file:");
    file.push(path);
    let mut command = Command::new("sh");
    command.args(["-c", LIMITS, "sh", program, "-nostdin", "-hide_banner", "-loglevel", "quiet", "-threads", "1"]);
    command.args(["-max_alloc", MOST_AT_ONCE, "-protocol_whitelist", "file", "-f", "mov"]);
    let mut filter = format!("scale={width}:{height}:force_original_aspect_ratio=decrease");
    match at {
        At::Ms(ms) => drop(command.args(["-ss", &format!("{}.{:03}", ms / 1_000, ms % 1_000)])),
        At::Number(number) => filter = format!("select=eq(n\\,{number}),{filter}"),
    }
    command.arg("-i").arg(file).args(["-an", "-sn", "-dn", "-frames:v", "1", "-vf", &filter]);
    command.args(["-c:v", "ppm", "-f", "image2pipe", "pipe:1"]);
    let given = ENVIRONMENT.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    command.env_clear().envs(given);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    picture(&said(child, go_on)?)
}

/// What a program says until its end, or until it was killed for want of anyone who waits.
fn said(mut child: Child, go_on: GoOn<'_>) -> Option<Vec<u8>> {
    let out = child.stdout.take()?;
    let (to, said) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = out.take(MOST_SAID).read_to_end(&mut bytes);
        let _ = to.send(read.is_ok().then_some(bytes));
    });
    let bytes = loop {
        match said.recv_timeout(STEP) {
            Ok(bytes) => break bytes,
            Err(RecvTimeoutError::Timeout) if go_on() => {}
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break None,
        }
    };
    // Over already, or to be: either way nothing more is wanted of it.
    let _ = child.kill();
    let _ = child.wait();
    bytes
}

/// A picture as PPM has it: `P6`, its sides and 255, each after a blank, then its pixels (netpbm's ppm(5)).
fn picture(ppm: &[u8]) -> Option<Picture> {
    let mut rest = ppm.strip_prefix(b"P6")?;
    let mut number = || {
        let start = rest.iter().position(u8::is_ascii_digit)?;
        let length = rest[start..].iter().position(|byte| !byte.is_ascii_digit())?;
        let number = std::str::from_utf8(&rest[start..start + length]).ok()?.parse::<usize>().ok();
        rest = &rest[start + length..];
        number
    };
    let (width, height, most) = (number()?, number()?, number()?);
    let pixels = rest.get(1..width.checked_mul(height)?.checked_mul(3)?.checked_add(1)?)?;
    (most == 255).then(|| Picture::new(width, height, pixels.to_vec()))?
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::change::{Corpus, bytes};
    use proptest::prelude::*;
    use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

    /// A program that does what that script says.
    fn program(dir: &Path, script: &str) -> String {
        let path: PathBuf = dir.join("ffmpeg");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn frame_of(script: &str, at: At, go_on: GoOn<'_>) -> Option<Picture> {
        let dir = tempfile::tempdir().unwrap();
        frame(&program(dir.path(), script), Path::new("/tmp/a clip.mp4"), at, (160, 90), go_on)
    }

    #[test]
    fn what_it_draws_is_the_picture() {
        let drawn = frame_of("printf 'P6\\n2 1\\n255\\nabcdef'", At::Ms(0), &mut || true).unwrap();
        assert_eq!((drawn.width(), drawn.height(), drawn.rgb()), (2, 1, &b"abcdef"[..]));
    }

    #[test]
    fn it_is_told_the_file_the_moment_and_the_sides() {
        let tell = "printf 'P6\\n1 1\\n255\\n'; for word; do last=$before; before=$word; case $last in -ss|-i|-vf) echo \"$word\" \
                    >> \"$0.said\";; esac; done; printf abc";
        let dir = tempfile::tempdir().unwrap();
        let program = program(dir.path(), tell);
        let asked = |at| frame(&program, Path::new("/tmp/a clip.mp4"), at, (160, 90), &mut || true);
        assert!(asked(At::Ms(1_250)).is_some() && asked(At::Number(7)).is_some());
        let said = fs::read_to_string(dir.path().join("ffmpeg.said")).unwrap();
        let scale = "scale=160:90:force_original_aspect_ratio=decrease";
        let file = "file:/tmp/a clip.mp4";
        assert_eq!(said, format!("1.250\n{file}\n{scale}\n{file}\nselect=eq(n\\,7),{scale}\n"));
    }

    #[test]
    fn one_that_hangs_or_never_ends_is_killed_and_what_is_no_picture_is_none() {
        let mut left = 3;
        let mut go_on = || {
            left -= 1;
            left > 0
        };
        assert_eq!(frame_of("exec sleep 600", At::Ms(0), &mut go_on), None);
        assert_eq!(frame_of("exec cat /dev/zero", At::Ms(0), &mut || true), None);
        for nothing in ["exit 1", "printf P6", "printf 'P6\\n9 9\\n255\\nabc'", "printf 'P6 9999999999999 9 255 '"] {
            assert_eq!(frame_of(nothing, At::Ms(0), &mut || true), None, "{nothing}");
        }
        assert_eq!(frame("/no/such/ffmpeg", Path::new("x.mp4"), At::Ms(0), (9, 9), &mut || true), None);
    }

    proptest! {
        #[test]
        fn what_it_says_is_read_whatever_it_is(said in bytes(&Corpus::of("ppm"))) {
            if let Some(picture) = picture(&said) {
                prop_assert!(picture.rgb().len() < said.len());
            }
        }
    }
}
