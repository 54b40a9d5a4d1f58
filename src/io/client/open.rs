//! A question that needs no key, and so takes none along.

use super::{ClientConfig, MAX_BODY, Route, base, exchange, failed, joined, key::Key, transport};
use domain::reason::connect::Connect;
use reqwest::{header, redirect::Policy};
use secrecy::SecretString;
use service::{answer::Reply, gateway::prices};

/// Asks for the gateway's own price list. `base_url` is the profile's; no redirect is followed.
///
/// # Errors
/// When the address is none, or is not `https` where it must be.
pub async fn price_list(base_url: &str, allow_http: bool) -> Result<Reply, Connect> {
    let base = base::check(base_url, allow_http)?;
    let client = transport(Route::to(&base))?.redirect(Policy::none()).build().map_err(|e| failed(&e))?;
    let request = client.get(joined(&base, "", &prices::call().path)).header(header::ACCEPT_ENCODING, "identity");
    let nothing = Key::new(SecretString::default(), None)?;
    let (reply, _) = exchange(request, ClientConfig::QUERY_TIMEOUT, MAX_BODY, &nothing).await;
    Ok(reply)
}
