//! `cacherr manpage`: one page, with all commands, from what the arguments say of themselves.

use std::io::Write;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

/// What each part begins with: an apostrophe is one.
const PREAMBLE: [&str; 2] = [r".ie \n(.g .ds Aq \(aq", ".el .ds Aq '"];

/// What no argument says.
const FILES: &str = "\
Settings are read from cacherr.toml in the data dir, or where --config says, from variables CACHERR_*, and from arguments; \
later ones win. `cacherr config defaults` prints a commented file, `cacherr paths` says where everything is.";
const EXIT: &str = "\
0: it worked. 1: it did not. 2: the arguments make no sense. 3: the configuration cannot be used. 4: another Cacherr works on \
the data dir.";
const SIGNALS: &str = "\
SIGTERM, SIGINT: ends in order; the second one at once. SIGHUP: starts anew in place, with the configuration as it is then.";

/// The page, as roff.
pub(super) fn page(mut command: Command) -> String {
    command.build();
    let whole = Man::new(command.clone());
    let mut title = Roff::new();
    // Dates make pages differ that are the same; a blank stands for one.
    let program = format!("cacherr {}", env!("CARGO_PKG_VERSION"));
    title.control("TH", ["CACHERR", "1", " ", program.as_str(), "Cacherr"]);
    let mut page = title.render();
    page += &rendered(|out| {
        whole.render_name_section(out)?;
        whole.render_synopsis_section(out)?;
        whole.render_description_section(out)?;
        whole.render_options_section(out)
    });
    page += &section("COMMANDS", "");
    tell_of_each_below(&command, "cacherr", &mut page);
    page += &section("FILES", FILES);
    page += &section("EXIT STATUS", EXIT);
    page += &section("SIGNALS", SIGNALS);
    // Each part begins with the same preamble: once is enough.
    let lines = page.lines().enumerate();
    let lines = lines.filter(|(at, line)| *at < PREAMBLE.len() || !PREAMBLE.contains(line));
    lines.map(|(_, line)| format!("{line}\n")).collect()
}

fn section(title: &str, text: &str) -> String {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    if !text.is_empty() {
        roff.text([roman(text)]);
    }
    roff.render()
}

/// Those commands that can be given, with their own arguments; what holds for all stands above.
fn tell_of_each_below(command: &Command, path: &str, page: &mut String) {
    for below in command.get_subcommands().filter(|one| one.get_name() != "help") {
        let path = format!("{path} {}", below.get_name());
        if below.has_subcommands() {
            tell_of_each_below(below, &path, page);
            continue;
        }
        let own = below.clone().bin_name(&path).mut_args(|arg| {
            let is_for_all = arg.is_global_set() || arg.get_id() == "help";
            arg.hide(is_for_all)
        });
        let mut title = Roff::new();
        title.control("SS", [path.as_str()]);
        *page += &title.render();
        let man = Man::new(own);
        let told = rendered(|out| {
            man.render_synopsis_section(out)?;
            writeln!(out, ".PP")?;
            man.render_description_section(out)?;
            man.render_options_section(out)
        });
        // Within a section there are no others.
        told.lines().filter(|line| !line.starts_with(".SH")).for_each(|line| {
            *page += line;
            page.push('\n');
        });
    }
}

fn rendered(render: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    // A vector takes everything.
    let _ = render(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::args::Args;
    use super::*;

    #[test]
    fn each_command_has_its_section_and_the_page_is_the_same_each_time() {
        let page = page(Args::command());
        for part in [
            ".TH CACHERR 1 \" \" \"cacherr ",
            ".SH OPTIONS",
            ".SS \"cacherr run\"",
            ".SS \"cacherr config check\"",
            ".SS \"cacherr user reset-password\"",
            ".SH \"EXIT STATUS\"",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert_eq!(page.matches("\\-\\-data\\-dir").count(), 2, "what holds for all stands once: {page}");
        assert!(!page.contains("cacherr help"), "{page}");
        assert_eq!(page, super::page(Args::command()));
    }
}
