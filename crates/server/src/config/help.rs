//! The list of all variables.

use clap::{Arg, CommandFactory};

use super::{
    Config,
    read::{is_secret, variable},
};

/// One variable, as a reader needs it.
struct Line {
    name: String,
    default: String,
    meaning: String,
}

/// The variables for `--help`.
pub(crate) fn help() -> String {
    let lines =
        lines().into_iter().map(|Line { name, default, meaning }| format!("  {name:<30} {meaning} [{default}]"));
    format!("Environment:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

fn lines() -> Vec<Line> {
    Config::command().get_arguments().filter(|argument| !argument.is_hide_set()).filter_map(line).collect()
}

fn line(argument: &Arg) -> Option<Line> {
    let name = variable(argument)?;
    let help = argument.get_help()?;
    let meaning =
        if is_secret(argument) { format!("{help}; `{name}_FILE` may name a file with it") } else { help.to_string() };
    let default = match argument.get_default_values() {
        [] if argument.is_required_set() => "required".to_owned(),
        [] => "none".to_owned(),
        values => values.iter().map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(","),
    };
    Some(Line { name, default, meaning })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_a_row_for_each_variable() {
        let rows = lines().into_iter().map(|Line { name, default, meaning }| {
            format!("| `{name}` | {default} | {} |\n", meaning.replace('|', "\\|"))
        });
        let table = format!("| Variable | Default | |\n|---|---|---|\n{}", rows.collect::<String>());
        let readme = include_str!("../../../../README.md");
        assert!(readme.contains(&format!("\n{table}\n")), "the table in README.md must be:\n{table}");
    }
}
