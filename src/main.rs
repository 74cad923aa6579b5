//! The program: where it begins, and where its memory comes from. Everything else is in `streamit::server`, which the
//! tests call, too.

use std::process::ExitCode;

/// The system's own gives little back of what a sign-in needs for a moment (19 MiB to hash a password).
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    streamit::server::main()
}
