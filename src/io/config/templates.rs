//! A template written into the config: one line more, and every other byte as it was, comments and order too.

use crate::{files, private_files};
use domain::reason::{system::System, template::NotKept};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

/// Adds a template to the config file, which is made where there is none. The file is replaced whole, or not at all;
/// the one a link leads to is the one that is written.
///
/// # Errors
/// It cannot be read or written, is no TOML, has a template of that name, or has its templates in a form of its own.
pub fn keep(config: &Path, name: &str, prompt: &str) -> Result<(), NotKept> {
    let path = fs::canonicalize(config).unwrap_or_else(|_| config.to_owned());
    let before = match files::whole(&path, super::MOST_BYTES) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| NotKept::Faulty)?,
        Err(System::NotFound) => String::new(),
        Err(why) => return Err(NotKept::File(why)),
    };
    replace(&path, &with(&before, name, prompt)?)
}

/// The text with the template added: after the last one, else below the section's head, else in a new section at the
/// end. Whether a place is right is seen by what the text then says: all that it said before, and the template.
fn with(before: &str, name: &str, prompt: &str) -> Result<String, NotKept> {
    let was: Table = before.parse().map_err(|_| NotKept::Faulty)?;
    let mut wanted = was.clone();
    let templates = wanted.entry("templates").or_insert_with(|| Value::Table(Table::new()));
    let Value::Table(templates) = templates else { return Err(NotKept::Faulty) };
    if templates.insert(name.to_owned(), Value::String(prompt.to_owned())).is_some() {
        return Err(NotKept::Taken);
    }
    let line = line(name, prompt);
    let is_head = |text: &str| text.trim_start().starts_with("[templates]");
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let head = lines.iter().position(|text| is_head(text));
    let inside = head.map(|head| {
        let is_next = |text: &&str| text.trim_start().starts_with('[');
        let rest = &lines[head + 1..];
        let end = head + 1 + rest.iter().position(is_next).unwrap_or(rest.len());
        // Comments and gaps at its end belong to the next section.
        let is_template = |text: &&str| !text.trim().is_empty() && !text.trim_start().starts_with('#');
        let last = lines[head + 1..end].iter().rposition(is_template).map_or(head, |last| head + 1 + last);
        [last + 1, head + 1, end]
    });
    let spots = inside.into_iter().flatten().map(|at| {
        let (front, rest) = lines.split_at(at);
        join(&front.concat(), &line, &rest.concat())
    });
    let section = join(before, &format!("{}[templates]\n{line}", if before.is_empty() { "" } else { "\n" }), "");
    let is_right = |text: &String| text.parse::<Table>().is_ok_and(|says| says == wanted);
    spots.chain([section]).find(is_right).ok_or(NotKept::OtherForm)
}

/// Texts one after another; the first one's last line is ended.
fn join(front: &str, line: &str, rest: &str) -> String {
    let end = if front.is_empty() || front.ends_with('\n') { "" } else { "\n" };
    [front, end, line, rest].concat()
}

/// The template as a line of TOML.
fn line(name: &str, prompt: &str) -> String {
    format!("{} = {}\n", toml_name(name), quoted(prompt))
}

/// A name as TOML writes it: bare where it can be.
pub(super) fn toml_name(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if bare { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

/// Puts a new file in the place of the old one, with its rights.
fn replace(path: &Path, text: &str) -> Result<(), NotKept> {
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let rights = fs::metadata(path).ok().map(|about| about.permissions());
    if rights.as_ref().is_some_and(fs::Permissions::readonly) {
        return Err(NotKept::File(System::ReadOnly));
    }
    if rights.is_none() {
        private_files::make_folder(&folder)?;
    }
    let new = folder.join(format!(".reeltop-config-{}", std::process::id()));
    let written = private_files::options().write(true).create_new(true).open(&new).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        if let Some(rights) = rights {
            file.set_permissions(rights)?;
        }
        file.sync_all()?;
        fs::rename(&new, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    Ok(written?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_one_line_more_and_all_else_stays() {
        let new = "kite = \"a \\\"red\\\" kite\"\n";
        for (before, after) in [
            ("", format!("[templates]\n{new}")),
            ("# mine\n[ui]\nascii = true # so", format!("# mine\n[ui]\nascii = true # so\n\n[templates]\n{new}")),
            (
                "[templates] # my own\n# the best\nrain = \"in the rain\" # wet\n\n# looks\n[ui]\nascii = true\n",
                format!(
                    "[templates] # my own\n# the best\nrain = \"in the rain\" # wet\n{new}\n# looks\n[ui]\nascii = true\n"
                ),
            ),
            ("[templates]\n#orbit = \"x\"\n", format!("[templates]\n{new}#orbit = \"x\"\n")),
            (
                "[templates]\nlong = \"\"\"\n[templates]\nnot a line\n\"\"\"\n[ui]\n",
                format!("[templates]\n{new}long = \"\"\"\n[templates]\nnot a line\n\"\"\"\n[ui]\n"),
            ),
        ] {
            assert_eq!(with(before, "kite", "a \"red\" kite"), Ok(after), "{before}");
        }
        assert_eq!(with("templates = { a = \"b\" }\n", "kite", "x"), Err(NotKept::OtherForm));
        assert_eq!(with("[templates]\nkite = \"x\"\n", "kite", "x"), Err(NotKept::Taken));
        assert_eq!(with("[templates\n", "kite", "x"), Err(NotKept::Faulty));
    }

    #[test]
    fn any_name_and_prompt_come_back_and_a_file_that_cannot_be_written_stays() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let (real, config) = (dir.path().join("dotfiles.toml"), dir.path().join("config.toml"));
        fs::write(&real, "# mine\n").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&real, &config).unwrap();
        let prompt = "雨 \u{7} \\ line\nnext\t\"q\"";
        keep(&config, "我的 \"雨\"", prompt).unwrap();
        let text = fs::read_to_string(&real).unwrap();
        let says: Table = text.parse().unwrap();
        assert_eq!(says["templates"]["我的 \"雨\""].as_str(), Some(prompt));
        assert!(text.starts_with("# mine\n") && fs::symlink_metadata(&config).unwrap().is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
        let none = dir.path().join("new/config.toml");
        keep(&none, "a", "b").unwrap();
        assert_eq!(fs::read_to_string(none).unwrap(), "[templates]\na = \"b\"\n");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o440)).unwrap();
        assert_eq!(keep(&config, "b", "c"), Err(NotKept::File(System::ReadOnly)));
        assert_eq!(fs::read_to_string(&real).unwrap(), text);
    }
}
