//! What the service refuses: its documented rules for a submission, written a second time from its side so that a fault
//! of our own checks shows in a test.

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{
    amount::Amount,
    catalogue::{Catalogue, LengthUnit, ModelSpec, Need, ResolutionSpec},
    prices::{Offer, Prices},
};
use imagesize::ImageType;
use serde_json::{Map, Value};
use unicode_segmentation::UnicodeSegmentation;

/// Names under which hosts know the two fields they spell differently.
const LAST_FRAME: [&str; 2] = ["last_frame_images", "last_frame_image"];
const KNOWN: [&str; 13] = [
    "model",
    "prompt",
    "prompt_optimizer",
    "duration",
    "resolution",
    "first_frame_image",
    "last_frame_images",
    "last_frame_image",
    "subject_reference",
    "callback",
    "callback_url",
    "fast_pretreatment",
    "aigc_watermark",
];

/// Why a submission is not taken, after `invalid params, ` (code 2013).
type Invalid = String;

/// The price of a valid submission.
pub(super) fn price(body: &Value, catalogue: &Catalogue, prices: &Prices) -> Result<Amount, Invalid> {
    let fields = body.as_object().ok_or("the body is not a JSON object")?;
    let name = text(fields, "model")?.ok_or("model is required")?;
    let spec = catalogue.spec(name).ok_or_else(|| format!("model {name} does not exist"))?;
    let resolution = resolution(fields, spec)?;
    let first = text(fields, "first_frame_image")?;
    needed("first_frame_image", resolution.first_frame, first)?;
    let last = LAST_FRAME.iter().find_map(|name| text(fields, name).transpose()).transpose()?;
    needed("last_frame_image", resolution.last_frame, last)?;
    let subject = subject(fields)?;
    needed("subject_reference", spec.subject, subject)?;
    for address in [first, last, subject].into_iter().flatten() {
        picture(address)?;
    }
    prompt(text(fields, "prompt")?.unwrap_or_default(), spec, first.or(last).is_some())?;
    for name in ["prompt_optimizer", "fast_pretreatment", "aigc_watermark"] {
        if fields.get(name).is_some_and(|value| !value.is_boolean()) {
            return Err(format!("{name} must be a boolean"));
        }
    }
    let seconds = fields.get("duration").and_then(Value::as_u64).and_then(|seconds| u32::try_from(seconds).ok());
    let offer = Offer {
        model: name.to_owned(),
        resolution: resolution.name.clone(),
        seconds: seconds.unwrap_or(spec.default_duration),
    };
    // What a host lists no price of is charged all the same.
    Ok(prices.of(&offer).map_or(flat_price(spec), |money| money.amount))
}

/// The price of one submission of a model whatever it is of, also of one that the config adds without a price.
pub(super) fn flat_price(spec: &ModelSpec) -> Amount {
    spec.price.unwrap_or(Amount::from_thousandths(500))
}

/// Fields the service would silently ignore: a client that sends one has a fault.
pub(super) fn unknown_fields(body: &Value) -> Vec<String> {
    let names = body.as_object().into_iter().flat_map(Map::keys);
    names.filter(|name| !KNOWN.contains(&name.as_str())).cloned().collect()
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Invalid> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{name} must be a string")),
    }
}

fn resolution<'a>(fields: &Map<String, Value>, spec: &'a ModelSpec) -> Result<&'a ResolutionSpec, Invalid> {
    let name = text(fields, "resolution")?.unwrap_or(&spec.default_resolution);
    let resolution =
        spec.resolution(name).ok_or_else(|| format!("resolution {name} is not supported by {}", spec.name))?;
    let seconds = match fields.get("duration") {
        None => u64::from(spec.default_duration),
        Some(value) => value.as_u64().ok_or("duration must be an integer")?,
    };
    if resolution.durations.iter().all(|allowed| u64::from(*allowed) != seconds) {
        return Err(format!("duration {seconds} is not supported at {name}"));
    }
    Ok(resolution)
}

fn needed(name: &str, need: Need, given: Option<&str>) -> Result<(), Invalid> {
    match (need, given) {
        (Need::Required, None) => Err(format!("{name} is required")),
        (Need::No, Some(_)) => Err(format!("{name} is not supported by this model and resolution")),
        (Need::Required | Need::Optional, Some(_)) | (Need::Optional | Need::No, None) => Ok(()),
    }
}

fn subject(fields: &Map<String, Value>) -> Result<Option<&str>, Invalid> {
    let Some(value) = fields.get("subject_reference") else { return Ok(None) };
    let image = value.get(0).and_then(|one| one.get("image")).and_then(|images| images.get(0)).and_then(Value::as_str);
    match image {
        Some(image) if value.as_array().is_some_and(|all| all.len() == 1) && value[0]["type"] == "character" => {
            Ok(Some(image))
        }
        _ => Err("subject_reference must hold one character with one image".into()),
    }
}

fn prompt(prompt: &str, spec: &ModelSpec, has_frame: bool) -> Result<(), Invalid> {
    if prompt.trim().is_empty() && !has_frame {
        return Err("prompt is required".into());
    }
    let length = match spec.prompt_limit.unit {
        LengthUnit::Words => prompt.unicode_words().count(),
        LengthUnit::Chars => prompt.chars().count(),
    };
    if length > spec.prompt_limit.max { Err("prompt is too long".into()) } else { Ok(()) }
}

/// An address is believed; a data URL is looked into.
fn picture(address: &str) -> Result<(), Invalid> {
    if address.starts_with("http://") || address.starts_with("https://") {
        return Ok(());
    }
    let kinds = [("data:image/jpeg;base64,", ImageType::Jpeg), ("data:image/png;base64,", ImageType::Png)];
    let data = kinds.into_iter().find_map(|(head, kind)| Some((address.strip_prefix(head)?, kind)));
    let (data, kind) = data.ok_or("an image must be a URL, or a data URL of a JPEG or PNG")?;
    let bytes = BASE64_STANDARD.decode(data).map_err(|_| "an image is not valid base64")?;
    if imagesize::image_type(&bytes).ok() != Some(kind) {
        return Err("an image's content is not of the type it says".into());
    }
    if bytes.len() > 20 * 1024 * 1024 {
        return Err("an image is larger than 20MB".into());
    }
    let sides = imagesize::blob_size(&bytes).map_err(|_| "an image cannot be decoded")?;
    let (short, long) = (sides.width.min(sides.height), sides.width.max(sides.height));
    if short < 300 {
        return Err("an image is smaller than 300px".into());
    }
    if 2 * long > 5 * short { Err("an image's aspect ratio is not between 2:5 and 5:2".into()) } else { Ok(()) }
}
