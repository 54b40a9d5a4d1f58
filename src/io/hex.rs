//! Bytes as hexadecimal text, and names that nobody can guess.

use ring::{
    error::Unspecified,
    rand::{SecureRandom, SystemRandom},
};

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name of 128 random bits.
///
/// # Errors
/// When the system gives no random bytes.
pub(crate) fn unguessable() -> Result<String, String> {
    let mut bits = [0; 16];
    SystemRandom::new().fill(&mut bits).map_err(|error: Unspecified| error.to_string())?;
    Ok(hex(&bits))
}
