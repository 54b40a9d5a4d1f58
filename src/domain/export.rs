//! A task and its request as they leave the program: JSON on stdout, the sidecar beside a video, and what detail shows
//! for copying.

use super::{
    amount::{Amount, Currency},
    catalogue::ModelSpec,
    prices::Quote,
    request::{ImageRef, Request, StoredImage, WireNames},
    task::{Task, TaskKey},
    text,
    time::Wall,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{convert::Infallible, fmt::Write, path::Path};

/// A data URL that the person gave is shown up to here.
const SHOWN_DATA_URL: usize = 40;

/// JSON on one line, as it leaves the program: every character that hides something or steers a terminal stands in it
/// as a `\u` escape, which means the same.
#[must_use]
pub fn json_line(value: &impl Serialize) -> String {
    // What is written has texts for names, and nothing in it refuses to be written.
    visible(serde_json::to_string(value).unwrap_or_default())
}

/// What is written beside a video as it is saved: how it was asked for, the ids, the attempt, the cost as it is known
/// then. Pictures are named by path and hash.
#[must_use]
pub fn sidecar_json(task: &Task) -> Value {
    let request = &task.request;
    json!({
        "key": key(task.key),
        "task_id": task.remote,
        "request_id": task.request_id,
        "file_id": task.file(),
        "attempt": task.attempt,
        "parent": task.parent.map(key),
        "cost": cost(task),
        "currency": task.currency,
        "cost_source": task.cost_source,
        "cost_ptc": cost_ptc(task),
        "created_at": task.created_at.rfc3339(),
        "sent_at": task.sent_at.map(Wall::rfc3339),
        "request": {
            "model": request.model,
            "prompt": request.prompt,
            "resolution": request.resolution,
            "duration": request.duration,
            "prompt_optimizer": request.optimizer,
            "fast_pretreatment": request.fast_pretreatment,
            "aigc_watermark": request.watermark,
            "first_frame": request.first_frame.as_ref().map(picture),
            "last_frame": request.last_frame.as_ref().map(picture),
            "subject": request.subject.as_ref().map(picture),
        },
    })
}

/// A task's price as JSON has it: `null` where it is not known.
#[must_use]
pub fn cost(task: &Task) -> Option<Amount> {
    task.cost_source.map(|_| task.cost)
}

/// A task's price in PTC as JSON has it: `null` where the price is in another currency, or is not known.
#[must_use]
pub fn cost_ptc(task: &Task) -> Option<Amount> {
    cost(task).filter(|_| task.currency == Currency::Ptc)
}

fn key(key: TaskKey) -> String {
    key.0.to_string()
}

fn picture(image: &ImageRef) -> Value {
    match image {
        ImageRef::Url(url) => json!({ "url": short_data_url(url) }),
        ImageRef::Stored(image) => json!({
            "path": image.path,
            "sha256": image.sha256,
            "bytes": image.bytes,
            "width": image.width,
            "height": image.height,
        }),
    }
}

/// A given data URL is shown by its beginning only: the rest is a picture.
fn short_data_url(url: &str) -> String {
    let is_data = url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    match url.get(..SHOWN_DATA_URL) {
        Some(start) if is_data && url.len() > SHOWN_DATA_URL => format!("{start}<{} in all>", size(url.len() as u64)),
        _ => url.to_owned(),
    }
}

/// What a dry run tells of one task, by the names of `words::json::task`, with the body of its submission.
#[must_use]
pub fn planned_json(
    request: &Request,
    quote: Option<Quote>,
    currency: Currency,
    spec: Option<&ModelSpec>,
    names: &WireNames,
) -> Value {
    let cost = quote.map(|quote| quote.price);
    json!({
        "model": request.model,
        "prompt": request.prompt,
        "resolution": request.resolution,
        "duration": request.duration,
        "cost": cost,
        "currency": currency,
        "cost_source": quote.map(|quote| quote.source),
        "cost_ptc": cost.filter(|_| currency == Currency::Ptc),
        "request": request_value(request, spec, names),
    })
}

/// The body of a submission as it goes over the wire, laid out for reading: [`request_value`] on several lines, with
/// every hidden character written as a `\u` escape.
#[must_use]
pub fn request_json(request: &Request, spec: Option<&ModelSpec>, names: &WireNames) -> String {
    visible(format!("{:#}", request_value(request, spec, names)))
}

/// The body of a submission as it goes over the wire, but with a stored picture shown as
/// `data:image/jpeg;base64,<123 kB of first.jpg>`.
fn request_value(request: &Request, spec: Option<&ModelSpec>, names: &WireNames) -> Value {
    let shown = |image: &StoredImage| {
        let name = Path::new(&image.path).file_name().map_or(image.path.as_str().into(), |name| name.to_string_lossy());
        Ok::<_, Infallible>(format!(
            "data:{};base64,<{} of {}>",
            image.kind.media_type(),
            size(image.bytes),
            text::gist(&name)
        ))
    };
    let shortened = |picture: &Option<ImageRef>| {
        picture.clone().map(|picture| match picture {
            ImageRef::Url(url) => ImageRef::Url(short_data_url(&url)),
            stored @ ImageRef::Stored(_) => stored,
        })
    };
    let request = Request {
        first_frame: shortened(&request.first_frame),
        last_frame: shortened(&request.last_frame),
        subject: shortened(&request.subject),
        ..request.clone()
    };
    let Ok(body) = request.wire(spec, names, shown);
    body
}

/// JSON with every character that hides something or steers a terminal written as a `\u` escape, which means the same.
fn visible(json: String) -> String {
    const DEL: u8 = 0x7f;
    // Of ASCII, JSON leaves only this one and its own line ends unwritten.
    if json.is_ascii() && !json.as_bytes().contains(&DEL) {
        return json;
    }
    let (mut out, mut written) = (String::with_capacity(json.len()), 0);
    for (at, c) in json.char_indices().filter(|(_, c)| *c != '\n' && text::is_suspect(*c)) {
        out += &json[written..at];
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
        written = at + c.len_utf8();
    }
    out + &json[written..]
}

/// A size for people: `900 B`, `123 kB`, `1.2 MB`; thousands, not 1024s.
#[must_use]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10),
    }
}

/// A submission as a command to paste into a shell. The key is a variable of that shell and never in the text.
#[must_use]
pub fn curl(url: &str, key_variable: &str, body: &str) -> String {
    // Anything but a plain name would be read by the shell as more than a variable.
    let variable: String = key_variable.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    format!(
        "curl -sS {} \\\n  -H \"Authorization: Bearer ${variable}\" \\\n  -H 'Content-Type: application/json' \\\n  --data-raw {}",
        shell_quote(url),
        shell_quote(body)
    )
}

/// A text as one word of a POSIX shell: bare where nothing in it means anything to the shell, else in single quotes.
fn shell_quote(text: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(bare) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// An scp command that copies files into the folder where it is run: each from the address of its machine, by its path
/// there; `port` where it is not ssh's own.
#[must_use]
pub fn scp(files: &[(&str, &str)], port: Option<u16>) -> String {
    let port = port.map_or_else(String::new, |port| format!("-P {port} "));
    // A machine says its own name, which may look like an option.
    let end = if files.iter().any(|(address, _)| address.starts_with('-')) { "-- " } else { "" };
    let from = |(address, path): &(&str, &str)| shell_quote(&format!("{address}:{}", for_the_far_shell(path)));
    format!("scp {port}{end}{} .", files.iter().map(from).collect::<Vec<_>>().join(" "))
}

/// A path with a backslash before everything that the far side could read as more than a name: older scp gives it to a
/// shell there, newer ones match it as a pattern, and both take the backslash away.
fn for_the_far_shell(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c) || !c.is_ascii();
    path.chars().flat_map(|c| (!plain(c)).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::testing::{draft, task};
    use crate::{
        catalogue::Catalogue,
        task::{FileId, Phase},
    };

    #[test]
    fn a_sidecar_names_pictures_by_hash_and_holds_no_data() {
        let told = sidecar_json(&task(&draft(), Phase::Saving { file: FileId("176".into()), tries: 0, kept: None }));
        assert_eq!(
            told["request"]["first_frame"],
            json!({ "path": "~/pictures/first.jpg", "sha256": "ab12", "bytes": 123_456, "width": 800, "height": 600 })
        );
        assert_eq!(
            told["request"]["last_frame"],
            json!({ "url": format!("data:image/png;base64,{}<2 kB in all>", "A".repeat(18)) })
        );
        assert_eq!((&told["file_id"], &told["cost_ptc"]), (&json!("176"), &json!("0.5")));
    }

    #[test]
    fn only_data_is_cut_however_long_an_address_is() {
        for url in [format!("https://files.example/{}.png", "a".repeat(60)), "data:image/png;base64,AAAA".to_owned()] {
            assert_eq!(picture(&ImageRef::Url(url.clone())), json!({ "url": url }));
        }
    }

    #[test]
    fn a_request_is_shown_as_it_is_sent_with_pictures_by_name() {
        let request = task(&draft(), Phase::Queued { not_before: Wall(0), put_back: None }).request;
        let catalogue = Catalogue::builtin();
        let shown = request_json(&request, catalogue.spec("MiniMax-Hailuo-02"), &WireNames::gateway());
        assert_eq!(
            shown,
            r#"{
  "duration": 10,
  "first_frame_image": "data:image/jpeg;base64,<123 kB of first.jpg>",
  "last_frame_images": "data:image/png;base64,AAAAAAAAAAAAAAAAAA<2 kB in all>",
  "model": "MiniMax-Hailuo-02",
  "prompt": "It's a \"cat\" \u202e"
}"#
        );
    }

    #[test]
    fn a_curl_command_is_quoted_for_the_shell_and_names_the_key_by_variable() {
        assert_eq!(
            curl("https://api.302.ai/minimaxi/v1/video_generation", "REELTOP_API_KEY", r#"{"prompt": "It's"}"#),
            "curl -sS https://api.302.ai/minimaxi/v1/video_generation \\
  -H \"Authorization: Bearer $REELTOP_API_KEY\" \\
  -H 'Content-Type: application/json' \\
  --data-raw '{\"prompt\": \"It'\\''s\"}'"
        );
        assert!(curl("http://a b/v", "X;rm", "{}").starts_with("curl -sS 'http://a b/v' "));
        assert!(curl("http://a", "X\"$(y)", "{}").contains("Bearer $Xy\""));
    }

    #[test]
    fn shell_words_and_sizes_are_written_as_people_do() {
        for (text, quoted) in
            [("/v/12.mp4", "/v/12.mp4"), ("", "''"), ("a b", "'a b'"), ("it's", r"'it'\''s'"), ("猫", "'猫'")]
        {
            assert_eq!(shell_quote(text), quoted);
        }
        for (bytes, shown) in
            [(0, "0 B"), (999, "999 B"), (123_456, "123 kB"), (1_290_000, "1.2 MB"), (7_000_000_000, "7.0 GB")]
        {
            assert_eq!(size(bytes), shown);
        }
    }

    #[test]
    fn an_scp_command_names_machine_and_path_as_one_word_for_both_shells() {
        for (file, command) in [
            (("studio", "/v/1.mp4"), "scp studio:/v/1.mp4 ."),
            (("ann@my box", "/v/it's 1.mp4"), r"scp 'ann@my box:/v/it\'\''s\ 1.mp4' ."),
            (("[2001:db8::7]", "/v/1.mp4"), "scp '[2001:db8::7]:/v/1.mp4' ."),
            (("-oProxyCommand=x", "/v/1.mp4"), "scp -- -oProxyCommand=x:/v/1.mp4 ."),
            (("a;b", "/视频/a b$(x)*;雨.mp4"), r"scp 'a;b:/视频/a\ b\$\(x\)\*\;雨.mp4' ."),
        ] {
            assert_eq!(scp(&[file], None), command);
        }
        assert_eq!(scp(&[("a", "/1"), ("b", "/2")], Some(2222)), "scp -P 2222 a:/1 b:/2 .");
    }
}
