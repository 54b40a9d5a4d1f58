//! A picture handed to the gateway, which gives it a public address.

use super::{Asked, asked};
use crate::{
    answer::Reply,
    call::{Call, Method, Payload, Under},
};
use domain::picture::is_web_address;
use std::net::IpAddr;

/// The most that the gateway takes, in bytes.
pub const MOST: usize = 50 * 1024 * 1024;

/// Hands over one file.
#[must_use]
pub fn call() -> Call {
    let payload = Payload::File { field: "file".into() };
    Call { method: Method::Post, payload, ..Call::get(Under::Host, "/302/upload-file") }
}

/// The public address that the answer of the service at `base_url` names.
#[must_use]
pub fn address(reply: &Reply, base_url: &str) -> Asked<String> {
    asked(reply, |object| {
        let url = object.text("data").or_else(|| object.object("data")?.text("url"))?;
        let url = url.trim();
        (is_web_address(url) && is_open(url, base_url)).then(|| url.to_owned())
    })
}

/// Whether it may be charged though no address came of it: all of the file may have arrived, and nothing says that it
/// was refused.
#[must_use]
pub fn may_be_charged(reply: &Reply) -> bool {
    matches!(reply, Reply::Broken { .. }) || matches!(asked(reply, |_| Some(())), Asked::Told(()))
}

/// Whether the service can fetch it as it stands: without a login, and not from a machine's own loopback, unless the
/// service itself is there.
fn is_open(url: &str, base_url: &str) -> bool {
    let authority = |url: &str| {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.split(['/', '?', '#', '\\']).next().unwrap_or_default().to_ascii_lowercase()
    };
    let is_loopback = |authority: &str| {
        let host = match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next(),
            None => authority.split(':').next(),
        };
        let host = host.unwrap_or_default().trim_end_matches('.');
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
    };
    let to = authority(url);
    !to.contains('@') && (!is_loopback(&to) || is_loopback(&authority(base_url)))
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
        let read = |body: &str| match address(&answer(200, body), "https://api.302.ai") {
            Asked::Told(url) => url,
            other => format!("{other:?}").split([' ', '{']).next().unwrap_or_default().to_owned(),
        };
        for (body, expected) in [
            (r#"{"code":200,"data":"https://file.302.ai/a.png"}"#, "https://file.302.ai/a.png"),
            (r#"{"code":200,"data":{"url":" https://file.302.ai/a.png"}}"#, "https://file.302.ai/a.png"),
            (r#"{"code":200,"data":"file:///etc/passwd"}"#, "Again"),
            (r#"{"code":200,"data":"https://u:p@file.302.ai/a.png"}"#, "Again"),
            (r#"{"code":200,"data":"https://127.0.0.1/a.png"}"#, "Again"),
            (r#"{"code":200,"data":"https://LOCALHOST:8443/a.png"}"#, "Again"),
            (r#"{"code":200,"data":"https://[::1]/a.png"}"#, "Again"),
            (r#"{"code":200,"data":""}"#, "Again"),
            (r#"{"code":500,"msg":"too large"}"#, "Again"),
            (r#"{"code":-1,"msg":"no permission"}"#, "NotAllowed"),
        ] {
            assert_eq!(read(body), expected, "{body}");
        }
        let charged = |body: &str| may_be_charged(&answer(200, body));
        assert!(charged(r#"{"code":200,"data":"https://127.0.0.1/a.png"}"#), "a success that is of no use");
        assert!(!charged(r#"{"code":500,"msg":"too large"}"#) && !may_be_charged(&answer(502, "{}")));
        // The service's stand-in on this machine.
        let here = answer(200, r#"{"code":200,"data":"http://127.0.0.1:8302/u/1"}"#);
        assert!(matches!(address(&here, "http://127.0.0.1:8302"), Asked::Told(_)));
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
