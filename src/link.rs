//! How the program is linked where it is built for speed: the 40,000 places in it that name addresses are written down
//! packed, 20 kB in place of a megabyte that each start reads. Older linkers and C libraries (glibc before 2.36) do not
//! know this, so it is tried on a program of one line first.

#![allow(clippy::print_stdout, reason = "cargo is spoken to there")]

use std::{env, fs, path::Path, process::Command};

/// What the linker is told.
const PACKED: &str = "-Wl,-z,pack-relative-relocs";

fn main() {
    println!("cargo::rerun-if-changed=src/link.rs");
    let var = |name| env::var(name).unwrap_or_default();
    // What is made for another kind of machine does not start on this one, and is linked as ever.
    if var("PROFILE") == "release" && works(Path::new(&var("OUT_DIR")), &var("TARGET")) {
        println!("cargo::rustc-link-arg-bins={PACKED}");
    }
}

/// Whether a program that is linked so starts here.
fn works(folder: &Path, target: &str) -> bool {
    let (source, program) = (folder.join("trial.rs"), folder.join("trial"));
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        rustc.arg("-C").arg(format!("linker={}", linker.display()));
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    rustc.args(["--target", target, "-C"]).arg(format!("link-arg={PACKED}")).arg("-o").args([&program, &source]);
    let ends_well = |command: &mut Command| command.output().is_ok_and(|end| end.status.success());
    fs::write(&source, b"fn main() {}").is_ok() && ends_well(&mut rustc) && ends_well(&mut Command::new(&program))
}
