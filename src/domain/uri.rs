//! Percent-encoding (RFC 3986, 2.1).

/// Whether a byte stands for itself in every part of a URI (RFC 3986, 2.3).
#[must_use]
pub const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// The bytes as a part of a URI, all but the plain ones encoded.
#[must_use]
pub fn percent_encoded(bytes: &[u8], is_plain: impl Fn(u8) -> bool) -> String {
    let part = |byte: &u8| if is_plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    bytes.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_encoded_byte_by_byte() {
        assert_eq!(percent_encoded("a-Z_0.~ /%雨".as_bytes(), is_unreserved), "a-Z_0.~%20%2F%25%E9%9B%A8");
        assert_eq!(percent_encoded(b"/a b", |byte| byte == b'/'), "/%61%20%62");
    }
}
