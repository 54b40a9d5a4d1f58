//! A picture handed to the gateway, which gives it a public address.

use super::{Asked, asked};
use crate::{
    answer::Reply,
    call::{Call, Method, Payload, Under},
};
use domain::picture::is_web_address;

/// The most that the gateway takes, in bytes.
pub const MOST: usize = 50 * 1024 * 1024;

/// Hands over one file.
#[must_use]
pub fn call() -> Call {
    let payload = Payload::File { field: "file".into() };
    Call { method: Method::Post, payload, ..Call::get(Under::Host, "/302/upload-file") }
}

/// The public address that the answer names.
#[must_use]
pub fn address(reply: &Reply) -> Asked<String> {
    asked(reply, |object| {
        let url = object.text("data").or_else(|| object.object("data")?.text("url"))?;
        is_web_address(url.trim()).then(|| url.trim().to_owned())
    })
}

/// The body of a form with one file, and its `Content-Type`. `boundary`: letters and digits that are not in the file,
/// such as its hash.
#[must_use]
pub fn form(field: &str, name: &str, mime: &str, file: &[u8], boundary: &str) -> (String, Vec<u8>) {
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {mime}\r\n\r\n"
    );
    let body = [head.as_bytes(), file, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    (format!("multipart/form-data; boundary={boundary}"), body)
}

#[cfg(test)]
mod tests {
    use super::{super::tests::answer, *};

    #[test]
    fn only_a_web_address_is_taken_from_the_answer() {
        let read = |body: &str| match address(&answer(200, body)) {
            Asked::Told(url) => url,
            other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
        };
        for (body, expected) in [
            (r#"{"code":200,"data":"https://file.302.ai/a.png"}"#, "https://file.302.ai/a.png"),
            (r#"{"code":200,"data":{"url":" https://file.302.ai/a.png"}}"#, "https://file.302.ai/a.png"),
            (r#"{"code":200,"data":"file:///etc/passwd"}"#, "Again"),
            (r#"{"code":200,"data":""}"#, "Again"),
            (r#"{"code":500,"msg":"too large"}"#, "Again"),
            (r#"{"code":-1,"msg":"no permission"}"#, "NotAllowed"),
        ] {
            assert_eq!(read(body), expected, "{body}");
        }
    }

    #[test]
    fn a_form_is_as_browsers_write_it() {
        let (kind, body) = form("file", "a.png", "image/png", b"\x89PNG", "b0");
        assert_eq!(kind, "multipart/form-data; boundary=b0");
        assert_eq!(
            body,
            b"--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\
              \x89PNG\r\n--b0--\r\n"
        );
    }
}
