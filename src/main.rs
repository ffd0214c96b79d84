//! The `cacherr` binary.

fn main() -> std::process::ExitCode {
    cacherr::cli::main()
}
