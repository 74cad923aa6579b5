//! The program: everything is in `streamit::server`.

use std::process::ExitCode;

fn main() -> ExitCode {
    streamit::server::main()
}
