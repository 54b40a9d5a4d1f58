//! Profiles: accounts by name. Three are built in; `[profiles.NAME]` changes one of them or adds one.

use super::{
    check,
    loaded::{Access, Keyless, Loaded, full_name},
    notes::Notes,
    options::{Kind, Opt, amount, opt, small, unset},
};
use crate::{paths::at_home, secret::KeySource};
use domain::{
    amount::{Amount, Currency},
    catalogue::Catalogue,
    prices::{PriceList, Prices},
    reason::config::{Meant, Unfit, Wrong},
    request::WireNames,
};
use engine::settings::{Other, Profile, Settings};
use reqwest::Url;
use service::protocol::Protocol;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::Path,
};
use toml::{Spanned, de::DeValue};

/// The options of `[profiles.NAME]`, with the defaults of the profile `302ai`.
pub(super) static PROFILE: &[Opt<ProfileOptions>] = &[
    opt(
        "base_url",
        Kind::Text { check: check::address, set: |c, v| c.base_url = Some(v.trim_end_matches('/').into()) },
        "\"https://api.302.ai\"",
        "The service. Anything but https needs allow_http = true (loopback is allowed).",
    ),
    opt(
        "path_prefix",
        Kind::Text { check: check::path_prefix, set: |c, v| c.path_prefix = v.trim_end_matches('/').into() },
        "\"/minimaxi/v1\"",
        "The path between the host and /video_generation.",
    ),
    opt(
        "api_key_env",
        Kind::Text { check: check::variable, set: |c, v| c.key_env = Some(v) },
        "\"REELTOP_API_KEY\"",
        "The environment variable that holds the key. The key itself is never in this file. Each profile needs a key of its own;\n\
         none is ever sent to two hosts.",
    ),
    unset(
        "api_key_cmd",
        Kind::Text { check: check::filled, set: |c, v| c.key_cmd = Some(v) },
        "\"pass show 302ai\"",
        "Instead of the variable: a command that prints the key as its first line. Run by sh, for 30 s at most.",
    ),
    unset(
        "api_key_file",
        Kind::Text { check: check::path, set: |c, v| c.key_file = Some(v) },
        "\"~/.config/reeltop/key\"",
        "Instead of the variable: a file whose first line is the key. Refused when others can read it (chmod 600).",
    ),
    opt(
        "submit_per_minute",
        Kind::Whole { least: 1, most: 600, set: |c, v| c.submit_per_minute = small(v) },
        "5",
        "Submissions in any 60 seconds, for the whole account. MiniMax allows 5 on an unpaid account, 20 on a paid one.",
    ),
    opt(
        "allow_http",
        Kind::Flag(|c, v| c.allow_http = v),
        "false",
        "Whether the key may be sent over an unencrypted connection.",
    ),
    opt(
        "callback_field",
        Kind::Text { check: check::name, set: |c, v| c.callback_field = v },
        "\"callback\"",
        "The request's field for the callback address, as this host spells it.",
    ),
    opt(
        "last_frame_field",
        Kind::Text { check: check::name, set: |c, v| c.last_frame_field = v },
        "\"last_frame_images\"",
        "The request's field for the last frame, as this host spells it.",
    ),
    opt(
        "currency",
        Kind::Word { words: &["PTC", "USD", "CNY"], set: |c, v| c.currency = Currency::from_id(&v) },
        "\"PTC\"",
        "What its prices and its caps are in: PTC, USD or CNY. PTC begins with 302.AI's price list, USD and CNY with MiniMax's.",
    ),
    opt(
        "records",
        Kind::Flag(|c, v| c.records = v),
        "true",
        "Whether to ask the gateway's records what was charged, and what became of a submission whose answer was lost.",
    ),
    opt(
        "upload",
        Kind::Flag(|c, v| c.upload = v),
        "false",
        "Upload a local picture that several tasks use once (0.001 PTC) and send its URL. Anyone with that URL can see it. 302.AI only.",
    ),
    opt("webp", Kind::Flag(|c, v| c.webp = v), "false", "Whether the service takes WebP pictures."),
];

/// The profiles there are without any config: what each changes of the profile options' defaults.
pub(super) static BUILT_IN_PROFILES: [(&str, &[(&str, &str)]); 3] = [
    ("302ai", &[]),
    (
        "minimax",
        &[
            ("base_url", "\"https://api.minimax.io\""),
            ("path_prefix", "\"/v1\""),
            ("callback_field", "\"callback_url\""),
            ("last_frame_field", "\"last_frame_image\""),
            ("currency", "\"USD\""),
            ("records", "false"),
            ("webp", "true"),
        ],
    ),
    (
        "minimax-cn",
        &[
            ("base_url", "\"https://api.minimax.cn\""),
            ("currency", "\"CNY\""),
            ("path_prefix", "\"/v1\""),
            ("callback_field", "\"callback_url\""),
            ("last_frame_field", "\"last_frame_image\""),
            ("records", "false"),
            ("webp", "true"),
        ],
    ),
];

/// One `[profiles.NAME]`, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ProfileOptions {
    /// `None` for a profile that is not built in and names none.
    pub(super) base_url: Option<String>,
    pub(super) path_prefix: String,
    pub(super) key_env: Option<String>,
    pub(super) key_cmd: Option<String>,
    pub(super) key_file: Option<String>,
    pub(super) submit_per_minute: u32,
    pub(super) allow_http: bool,
    pub(super) callback_field: String,
    pub(super) last_frame_field: String,
    pub(super) currency: Option<Currency>,
    pub(super) webp: bool,
    pub(super) records: bool,
    pub(super) upload: bool,
    /// `[profiles.NAME.prices]`, in the order of the file.
    pub(super) prices: Vec<SetPrice>,
}

/// An entry of `[profiles.NAME.prices]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SetPrice {
    /// `MODEL/RESOLUTION/SECONDS`.
    pub(super) offer: String,
    pub(super) amount: Amount,
    /// Where it is in the file.
    pub(super) at: Range<usize>,
}

impl ProfileOptions {
    /// The profile of that name before the file changes it. One that is not built in begins as the first one, but for
    /// the address, which it must name itself.
    pub(super) fn new(name: &str) -> Self {
        let mut account = Self::default();
        let built_in = BUILT_IN_PROFILES.iter().find(|(built_in, _)| *built_in == name);
        for option in PROFILE {
            let changed = built_in.and_then(|(_, changes)| changes.iter().find(|(changed, _)| *changed == option.name));
            let literal = changed.map_or(option.default.shown(), |(_, literal)| literal);
            let is_key = option.name.starts_with("api_key_");
            if is_key || (option.name == "base_url" && built_in.is_none()) {
                continue;
            }
            let applied = DeValue::parse(literal).map(|value| option.apply(&mut account, value.get_ref()));
            debug_assert!(matches!(applied, Ok(Ok(()))), "the built-in {}: {applied:?}", option.name);
        }
        account
    }

    /// What is wrong with the profile as a whole. `names_url` tells whether the file names an address, even one that
    /// cannot be used and has its own fault.
    pub(super) fn faults(&self, name: &str, names_url: bool) -> Vec<Wrong> {
        let sources = [
            ("api_key_env", self.key_env.is_some()),
            ("api_key_cmd", self.key_cmd.is_some()),
            ("api_key_file", self.key_file.is_some()),
        ];
        let options: Vec<String> =
            sources.into_iter().filter(|(_, set)| *set).map(|(option, _)| option.to_owned()).collect();
        let profile = name.to_owned();
        let mut faults = Vec::new();
        if options.len() > 1 {
            faults.push(Wrong::SeveralKeys { profile: profile.clone(), options });
        }
        if let Some(field) = self.wire_names().taken() {
            faults.push(Wrong::FieldTaken { profile: profile.clone(), field: field.to_owned() });
        }
        match &self.base_url {
            None if names_url => {}
            None => faults.push(Wrong::NoUrl { profile, built_in: built_in_names().map(str::to_owned).to_vec() }),
            Some(url) if self.upload && (self.currency() != Currency::Ptc || is_minimax(url)) => {
                faults.push(Wrong::NoUploads { profile });
            }
            Some(url) if !self.allow_http && !check::is_private_line(url) => faults.push(Wrong::PlainHttp { profile }),
            Some(_) => {}
        }
        faults
    }

    fn address(&self) -> &str {
        self.base_url.as_deref().unwrap_or_default()
    }

    /// What its money is in.
    fn currency(&self) -> Currency {
        self.currency.unwrap_or(Currency::Ptc)
    }

    fn wire_names(&self) -> WireNames {
        WireNames { callback: self.callback_field.clone(), last_frame: self.last_frame_field.clone() }
    }

    /// The profile as the program's logic knows it, with the prices of its list as the program ships it.
    pub(super) fn settings(&self, name: &str) -> Profile {
        Profile {
            name: name.into(),
            base_url: self.address().to_owned(),
            path_prefix: self.path_prefix.clone(),
            names: self.wire_names(),
            webp: self.webp,
            protocol: Protocol::MINIMAX_V1,
            submit_per_minute: self.submit_per_minute,
            prices: Prices::new(PriceList::of(self.currency()), &Catalogue::builtin()),
            records: self.records,
            upload: self.upload,
            key_variable: self.key_env.clone().unwrap_or_else(|| Profile::KEY_VARIABLE.into()),
        }
    }

    /// Whether the file says where its key comes from.
    fn names_key(&self) -> bool {
        self.key_env.is_some() || self.key_cmd.is_some() || self.key_file.is_some()
    }

    /// Where its key comes from.
    pub(super) fn key(&self, home: &Path) -> KeySource {
        if let Some(command) = &self.key_cmd {
            return KeySource::Command(command.clone());
        }
        if let Some(path) = &self.key_file {
            return KeySource::File(at_home(path, home));
        }
        KeySource::Env(self.key_env.clone().unwrap_or_else(|| Profile::KEY_VARIABLE.into()))
    }
}

/// The option whose value is at fault, where it is one's rather than the whole profile's.
pub(super) fn at_fault(why: &Wrong) -> Option<&str> {
    match why {
        Wrong::PlainHttp { .. } => Some("base_url"),
        Wrong::NoUploads { .. } => Some("upload"),
        Wrong::SeveralKeys { options, .. } => options.last().map(String::as_str),
        _ => None,
    }
}

/// Reads `[profiles.NAME.prices]`. Whether there is such an offer is judged once the models are known.
pub(super) fn read_prices(notes: &mut Notes<'_>, profile: &str, value: &Spanned<DeValue<'_>>) -> Vec<SetPrice> {
    let section = ["profiles", profile, "prices"];
    let path = full_name(&section);
    let Some(table) = notes.table(value.span(), &path, value) else { return Vec::new() };
    let mut prices = Vec::new();
    for (offer, value) in table {
        let full = format!("{path}.{}", offer.get_ref());
        notes.set(&section, offer, value);
        match amount(value.get_ref()) {
            Ok(amount) => prices.push(SetPrice { offer: offer.get_ref().to_string(), amount, at: offer.span() }),
            Err(why) => notes.unusable(value.span(), &full, why),
        }
    }
    prices
}

/// Gives each profile that is served its prices: those of its list, of the models as the file has changed them, and of
/// `[profiles.NAME.prices]`. Entries of other profiles are only judged.
pub(super) fn set_prices(notes: &mut Notes<'_>, loaded: &mut Loaded, accounts: &BTreeMap<String, ProfileOptions>) {
    let Settings { profile, others, catalogue, .. } = &mut loaded.settings;
    let others = others.values_mut().map(|other| &mut other.profile);
    let mut served: Vec<&mut Profile> = std::iter::once(profile).chain(others).collect();
    for profile in &mut served {
        profile.prices = Prices::new(PriceList::of(profile.currency()), catalogue);
    }
    for (name, account) in accounts {
        let mut unused = Prices::new(PriceList::of(account.currency()), catalogue);
        let profile = served.iter_mut().find(|profile| profile.name == *name);
        let prices = profile.map_or(&mut unused, |profile| &mut profile.prices);
        for set in &account.prices {
            if let Err(why) = prices.set(&set.offer, set.amount, catalogue) {
                notes.unusable(
                    set.at.clone(),
                    &format!("{}.{}", full_name(&["profiles", name, "prices"]), set.offer),
                    Unfit::Price(why),
                );
            }
        }
    }
}

/// Whether that address is one of MiniMax's own.
fn is_minimax(url: &str) -> bool {
    let host = host_of(url).unwrap_or_default();
    ["minimax.io", "minimax.cn", "minimaxi.com"].iter().any(|own| host == *own || host.ends_with(&format!(".{own}")))
}

/// Where the key of the profile that is in use comes from. What the command line names instead of the file's default
/// does not take that one's key to another host, nor the variable that is looked for where nothing else is said.
pub(super) fn key_of_default(
    name: &str,
    account: &ProfileOptions,
    accounts: &BTreeMap<String, ProfileOptions>,
    of_file: &str,
    home: &Path,
) -> KeySource {
    let key = account.key(home);
    let Ok(default) = chosen(of_file, accounts) else { return key };
    let is_its = !account.names_key() || key == default.key(home);
    if name == of_file || !is_its || host_of(account.address()) == host_of(default.address()) {
        return key;
    }
    KeySource::Held { profile: name.to_owned(), by: of_file.to_owned() }
}

/// The host of a service's address.
pub(crate) fn host_of(url: &str) -> Option<String> {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned))
}

/// Settles which profiles are served beside the default one: those that name a key of their own which is there. One key
/// belongs to one profile, the default one first: none is ever sent to a second host. The variable that is looked for
/// where nothing else is said belongs to the default profile alone, or, where that has another, to the one that the
/// file makes the default.
pub(super) fn serve_others(
    loaded: &mut Loaded,
    accounts: &BTreeMap<String, ProfileOptions>,
    of_file: &str,
    home: &Path,
) {
    let mut taken = vec![(loaded.settings.profile.name.clone(), loaded.key.clone())];
    let mut names: Vec<&str> = accounts.keys().map(String::as_str).chain(built_in_names()).collect();
    names.sort_by_key(|name| (*name != of_file, *name));
    names.dedup();
    for name in names.into_iter().filter(|name| *name != loaded.settings.profile.name) {
        let account = accounts.get(name).cloned().unwrap_or_else(|| ProfileOptions::new(name));
        let key = account.key(home);
        let holder = taken.iter().find(|(_, other)| *other == key).map(|(holder, _)| holder.clone());
        let keyless = if !account.names_key() && (name != of_file || holder.is_some()) {
            Keyless::Unnamed
        } else if let Some(holder) = holder {
            Keyless::Shared(holder)
        } else if !key.is_set() {
            Keyless::NotSet(key.place())
        } else {
            let access = Access { key: key.clone(), allow_http: account.allow_http };
            taken.push((name.to_owned(), key));
            loaded.others.insert(name.to_owned(), access);
            let other = Other { profile: account.settings(name), catalogue: Catalogue::builtin() };
            loaded.settings.others.insert(name.to_owned(), other);
            continue;
        };
        if accounts.get(name).is_some_and(|set| *set != ProfileOptions::new(name)) {
            loaded.keyless.insert(name.to_owned(), keyless);
        }
    }
}

/// The variables that a key is looked for in by some profile.
pub(super) fn key_variables(accounts: &BTreeMap<String, ProfileOptions>) -> BTreeSet<String> {
    let named = accounts.values().filter_map(|account| account.key_env.clone());
    named.chain([Profile::KEY_VARIABLE.to_owned()]).collect()
}

/// The names of the built-in profiles.
pub(super) fn built_in_names() -> [&'static str; 3] {
    BUILT_IN_PROFILES.map(|(name, _)| name)
}

/// The account of that name out of those of the file and the built-in ones.
///
/// # Errors
/// The name is neither; with what was probably meant.
pub(super) fn chosen(name: &str, of_file: &BTreeMap<String, ProfileOptions>) -> Result<ProfileOptions, Wrong> {
    if let Some(account) = of_file.get(name) {
        return Ok(account.clone());
    }
    if built_in_names().contains(&name) {
        return Ok(ProfileOptions::new(name));
    }
    let names = of_file.keys().map(String::as_str).chain(built_in_names());
    let names: BTreeSet<&str> = names.collect();
    Err(Wrong::NoSuchProfile { name: name.to_owned(), meant: Meant::of(name, names) })
}
