//! What is asked of the service: the resolved request of one task, and its form on the wire.

use super::{catalogue::ModelSpec, draft::Field};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What stands for a prompt that was wiped. Such a request is never sent again.
pub const FORGOTTEN: &str = "(forgotten)";

/// Whether it is known what a task asked for, so that it can be asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Known,
    /// It was made elsewhere, and the service does not tell.
    Elsewhere,
    /// Its prompt was wiped.
    Forgotten,
}

impl Asked {
    pub(crate) fn of(model: &str, prompt: &str) -> Self {
        match (model, prompt) {
            ("", _) => Self::Elsewhere,
            (_, FORGOTTEN) => Self::Forgotten,
            _ => Self::Known,
        }
    }
}

/// A picture's type, as its content tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageKind {
    Jpeg,
    Png,
    /// WebP; MiniMax's own hosts take it, 302.AI does not.
    Webp,
}

impl ImageKind {
    /// The media type of a data URL.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }

    /// The ending of a file of this type, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }
}

/// A local picture that was read, found usable, and stored under its content's hash, so that a later retry sends the
/// same bytes whatever became of the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StoredImage {
    /// SHA-256 of the content, lower-case hexadecimal.
    pub sha256: String,
    /// The type its content shows.
    pub kind: ImageKind,
    /// Its size.
    pub bytes: u64,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// The path it was chosen by, for showing and for choosing it again.
    pub path: String,
    /// What the service may not expect of it; a copy made here has nothing of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub odd: Vec<Oddity>,
}

/// What a picture can be that is right by itself and that a service may take differently from how it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    /// Stored turned or mirrored: EXIF's orientation, 2 to 8; from 5 on it is on its side.
    Turned(u8),
    /// The picture is in the four colours of print.
    Cmyk,
    /// More than 8 bits a colour: so many.
    Bits(u8),
    /// Several frames.
    Animated,
}

impl StoredImage {
    /// Width and height as it is seen.
    #[must_use]
    pub fn upright(&self) -> (u32, u32) {
        let on_its_side = self.odd.iter().any(|odd| matches!(odd, Oddity::Turned(5..)));
        if on_its_side { (self.height, self.width) } else { (self.width, self.height) }
    }

    /// Whether a copy made here has nothing unusual any more where this has. A JPEG of 12 bits cannot be decoded here.
    #[must_use]
    pub fn is_mended_by_a_copy(&self) -> bool {
        let decoded = !(self.kind == ImageKind::Jpeg && self.odd.iter().any(|odd| matches!(odd, Oddity::Bits(_))));
        decoded && !self.odd.is_empty()
    }
}

/// A picture of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageRef {
    /// A public address, passed on as it is.
    Url(String),
    /// A local picture, sent as a data URL.
    Stored(StoredImage),
}

impl ImageRef {
    /// What the person typed for it: the path or the address.
    #[must_use]
    pub fn typed(&self) -> &str {
        match self {
            Self::Url(url) => url,
            Self::Stored(image) => &image.path,
        }
    }
}

/// The resolved request of one task. Everything is set; what stands at its default is left out on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Request {
    /// The model's name.
    pub model: String,
    /// The prompt; may be empty where a first or a last frame is given.
    pub prompt: String,
    pub first_frame: Option<ImageRef>,
    pub last_frame: Option<ImageRef>,
    /// The character to keep (S2V-01).
    pub subject: Option<ImageRef>,
    /// The resolution, such as `768P`.
    pub resolution: String,
    /// Seconds of video.
    pub duration: u32,
    /// Whether the service may rewrite the prompt.
    pub optimizer: bool,
    /// Where the service shall post changes of status.
    pub callback: Option<String>,
    /// Shorter prompt optimization (Hailuo models).
    pub fast_pretreatment: bool,
    /// A visible mark in the video.
    pub watermark: bool,
}

/// The names of the two fields that the hosts spell differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireNames {
    /// `callback` on 302.AI, `callback_url` on MiniMax.
    pub callback: String,
    /// `last_frame_images` on 302.AI, `last_frame_image` on MiniMax.
    pub last_frame: String,
}

impl WireNames {
    /// The request's other fields.
    const OTHERS: [&str; 9] = [
        "model",
        "prompt",
        "first_frame_image",
        "subject_reference",
        "resolution",
        "duration",
        "prompt_optimizer",
        "fast_pretreatment",
        "aigc_watermark",
    ];

    /// A name that would take the place of another field in the request.
    #[must_use]
    pub fn taken(&self) -> Option<&str> {
        let own = [&self.callback, &self.last_frame].into_iter().find(|name| Self::OTHERS.contains(&name.as_str()));
        own.or(Some(&self.last_frame).filter(|name| **name == self.callback)).map(String::as_str)
    }

    /// As the 302.AI page has them.
    #[must_use]
    pub fn gateway() -> Self {
        Self { callback: "callback".into(), last_frame: "last_frame_images".into() }
    }

    /// As MiniMax's own reference has them.
    #[must_use]
    pub fn minimax() -> Self {
        Self { callback: "callback_url".into(), last_frame: "last_frame_image".into() }
    }
}

impl Request {
    /// A text and its format, everything else as the service has it by itself.
    #[must_use]
    pub fn plain(model: &str, prompt: &str, resolution: &str, duration: u32) -> Self {
        Self {
            model: model.into(),
            prompt: prompt.into(),
            first_frame: None,
            last_frame: None,
            subject: None,
            resolution: resolution.into(),
            duration,
            optimizer: true,
            callback: None,
            fast_pretreatment: false,
            watermark: false,
        }
    }

    /// What stands for the request of a task that was made elsewhere: the service does not tell it.
    #[must_use]
    pub fn elsewhere(id: &str) -> Self {
        Self::plain("", &format!("(adopted {id})"), "", 0)
    }

    /// Whether it can be asked for again.
    #[must_use]
    pub fn asked(&self) -> Asked {
        Asked::of(&self.model, &self.prompt)
    }

    /// Whether it is known what was asked for: it is not of a task that was made elsewhere.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !self.model.is_empty()
    }

    /// The JSON object of the submission. `image` gives the text that stands for a stored picture: the data URL when
    /// it is sent, a short placeholder when it is shown. `spec` tells the defaults, which are left out; without one
    /// (a model that left the catalogue) everything is named.
    ///
    /// # Errors
    /// Whatever `image` fails with.
    pub fn wire<E>(
        &self,
        spec: Option<&ModelSpec>,
        names: &WireNames,
        mut image: impl FnMut(&StoredImage) -> Result<String, E>,
    ) -> Result<Value, E> {
        let mut text = |picture: &ImageRef| match picture {
            ImageRef::Url(url) => Ok(url.clone()),
            ImageRef::Stored(stored) => image(stored),
        };
        let mut body = Map::new();
        body.insert("model".into(), json!(self.model));
        if !self.prompt.is_empty() {
            body.insert("prompt".into(), json!(self.prompt));
        }
        if let Some(picture) = &self.first_frame {
            body.insert("first_frame_image".into(), json!(text(picture)?));
        }
        if let Some(picture) = &self.last_frame {
            body.insert(names.last_frame.clone(), json!(text(picture)?));
        }
        if let Some(picture) = &self.subject {
            body.insert("subject_reference".into(), json!([{ "type": "character", "image": [text(picture)?] }]));
        }
        if spec.is_none_or(|s| s.default_resolution != self.resolution) {
            body.insert("resolution".into(), json!(self.resolution));
        }
        if spec.is_none_or(|s| s.default_duration != self.duration) {
            body.insert("duration".into(), json!(self.duration));
        }
        if !self.optimizer {
            body.insert("prompt_optimizer".into(), json!(false));
        }
        if self.fast_pretreatment {
            body.insert("fast_pretreatment".into(), json!(true));
        }
        if self.watermark {
            body.insert("aigc_watermark".into(), json!(true));
        }
        if let Some(address) = &self.callback {
            body.insert(names.callback.clone(), json!(address));
        }
        Ok(Value::Object(body))
    }

    /// The local pictures of this request.
    pub fn stored_images(&self) -> impl Iterator<Item = &StoredImage> {
        self.pictures().into_iter().filter_map(|(_, picture)| match picture? {
            ImageRef::Stored(stored) => Some(stored),
            ImageRef::Url(_) => None,
        })
    }

    /// Each field that takes a picture, with the one that stands in it.
    #[must_use]
    pub const fn pictures(&self) -> [(Field, Option<&ImageRef>); 3] {
        [
            (Field::FirstFrame, self.first_frame.as_ref()),
            (Field::LastFrame, self.last_frame.as_ref()),
            (Field::Subject, self.subject.as_ref()),
        ]
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_host_s_own_field_takes_the_place_of_another_field() {
        let picture = Some(ImageRef::Url("https://e.net/a.png".into()));
        let request = Request {
            first_frame: picture.clone(),
            last_frame: picture.clone(),
            subject: picture,
            optimizer: false,
            fast_pretreatment: true,
            watermark: true,
            callback: Some("https://e.net/".into()),
            ..Request::plain("M", "a cat", "768P", 6)
        };
        let names =
            |callback: &str, last_frame: &str| WireNames { callback: callback.into(), last_frame: last_frame.into() };
        let own = names("x", "y");
        let body = request.wire(None, &own, |_| Err(())).unwrap();
        for field in body.as_object().unwrap().keys().filter(|field| !["x", "y"].contains(&field.as_str())) {
            assert_eq!(names(field, "y").taken(), Some(field.as_str()));
            assert_eq!(names("x", field).taken(), Some(field.as_str()));
        }
        assert_eq!(body.as_object().unwrap().len(), WireNames::OTHERS.len() + 2);
        assert_eq!(own.taken(), None);
        assert_eq!(names("x", "x").taken(), Some("x"));
    }
}
