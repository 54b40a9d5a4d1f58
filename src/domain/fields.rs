//! Which fields of a draft a model can use, and why not the others. Compose offers by this; the checks say the same
//! where a value came another way.

use super::{
    catalogue::{ModelSpec, Need, ResolutionSpec},
    draft::{Draft, Field, Lists},
    reason::draft::Closed,
    request::{ImageRef, Request},
};

/// Every field in the order of compose's rows, with why it cannot be chosen for that model at that resolution. An
/// unknown resolution counts as the model's default one.
#[must_use]
pub fn fields(model: &ModelSpec, resolution: &str) -> Vec<(Field, Result<(), Closed>)> {
    [
        Field::Model,
        Field::Prompt,
        Field::FirstFrame,
        Field::LastFrame,
        Field::Subject,
        Field::Resolution,
        Field::Duration,
        Field::Optimizer,
        Field::FastPretreatment,
        Field::Watermark,
        Field::Callback,
        Field::Count,
    ]
    .map(|field| (field, usable(field, model, resolution)))
    .into()
}

/// Whether that model at that resolution can use the field.
///
/// # Errors
/// Why not.
pub fn usable(field: Field, model: &ModelSpec, resolution: &str) -> Result<(), Closed> {
    let name = || model.name.clone();
    let at = model.resolution_or_default(Some(resolution));
    match field {
        Field::Model | Field::Prompt | Field::Optimizer | Field::Watermark | Field::Callback | Field::Count => Ok(()),
        Field::FirstFrame => match at.map_or(Need::No, |r| r.first_frame) {
            Need::No => Err(no_frame(model, at, field, |r| r.first_frame)),
            Need::Optional | Need::Required => Ok(()),
        },
        Field::LastFrame => match at.map_or(Need::No, |r| r.last_frame) {
            Need::No => Err(no_frame(model, at, field, |r| r.last_frame)),
            Need::Optional | Need::Required => Ok(()),
        },
        Field::Subject => match model.subject {
            Need::No => Err(Closed::Subject { model: name() }),
            Need::Optional | Need::Required => Ok(()),
        },
        Field::Resolution => match model.resolutions.as_slice() {
            [only] => Err(Closed::Resolution { model: name(), only: only.name.clone() }),
            _ => Ok(()),
        },
        Field::Duration => match at {
            Some(at) if at.durations.len() == 1 => {
                Err(Closed::Duration { model: name(), only: at.durations[0], resolution: at.name.clone() })
            }
            _ => Ok(()),
        },
        Field::FastPretreatment if model.fast_pretreatment => Ok(()),
        Field::FastPretreatment => Err(Closed::FastPretreatment { model: name() }),
    }
}

/// Why a frame cannot be given at that resolution, and at which it could be.
fn no_frame(model: &ModelSpec, at: Option<&ResolutionSpec>, frame: Field, need: fn(&ResolutionSpec) -> Need) -> Closed {
    let taking = model.resolutions.iter().filter(|resolution| need(resolution) != Need::No);
    Closed::Frame {
        model: model.name.clone(),
        frame,
        resolution: at.map_or_else(String::new, |at| at.name.clone()),
        elsewhere: taking.map(|resolution| resolution.name.clone()).collect(),
    }
}

impl Draft {
    /// The draft without what the model cannot use: what compose shows, and what is checked and sent of it.
    #[must_use]
    pub fn for_model(&self, model: &ModelSpec) -> Self {
        let mut draft = self.clone();
        draft.resolution = draft.resolution.filter(|name| model.resolution(name).is_some());
        let resolution = draft.resolution.as_deref().unwrap_or(&model.default_resolution).to_owned();
        let offered = model.resolution(&resolution).map_or(&[][..], |r| &r.durations);
        draft.duration = draft.duration.filter(|seconds| offered.contains(seconds));
        let can = |field| usable(field, model, &resolution).is_ok();
        if !can(Field::FirstFrame) {
            draft.first_frame.clear();
        }
        if !can(Field::LastFrame) {
            draft.last_frame.clear();
        }
        if !can(Field::Subject) {
            draft.subject.clear();
        }
        draft.fast_pretreatment &= can(Field::FastPretreatment);
        draft
    }

    /// The draft that asks for the same again: for clone, and for edit and retry.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let typed =
            |picture: &Option<ImageRef>| picture.as_ref().map(|picture| picture.typed().to_owned()).unwrap_or_default();
        Self {
            model: request.model.clone(),
            prompt: request.prompt.clone(),
            first_frame: typed(&request.first_frame),
            last_frame: typed(&request.last_frame),
            subject: typed(&request.subject),
            resolution: Some(request.resolution.clone()),
            duration: Some(request.duration),
            optimizer: request.optimizer,
            callback: request.callback.clone().unwrap_or_default(),
            count: 1,
            fast_pretreatment: request.fast_pretreatment,
            watermark: request.watermark,
            lists: Lists::default(),
            name: None,
            profile: None,
            parent: None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn a_draft_keeps_for_a_model_only_what_it_can_use() {
        let catalogue = Catalogue::builtin();
        let full = Draft {
            model: "MiniMax-Hailuo-02".into(),
            prompt: "a cat".into(),
            first_frame: "a.jpg".into(),
            last_frame: "b.jpg".into(),
            subject: "c.jpg".into(),
            resolution: Some("768P".into()),
            duration: Some(10),
            fast_pretreatment: true,
            ..Draft::default()
        };
        let none = || String::new();
        assert_eq!(
            full.for_model(catalogue.spec("MiniMax-Hailuo-02").unwrap()),
            Draft { subject: none(), ..full.clone() }
        );
        let at_512p = Draft { resolution: Some("512P".into()), ..full.clone() };
        assert_eq!(
            at_512p.for_model(catalogue.spec("MiniMax-Hailuo-02").unwrap()),
            Draft { subject: none(), last_frame: none(), ..at_512p.clone() }
        );
        assert_eq!(
            full.for_model(catalogue.spec("T2V-01").unwrap()),
            Draft {
                first_frame: none(),
                last_frame: none(),
                subject: none(),
                resolution: None,
                duration: None,
                fast_pretreatment: false,
                ..full.clone()
            }
        );
    }
}
