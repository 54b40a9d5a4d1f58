//! Which field of a request the service's own words speak of.

use domain::{draft::Field, reason::Quote};

/// The field that a refusal names, as the wire has it or in words, English or Chinese.
pub(super) fn field_of(quote: &Quote) -> Option<Field> {
    quote.all().into_iter().find_map(named)
}

fn named(words: &str) -> Option<Field> {
    let words = words.to_lowercase();
    [
        ("first_frame", Field::FirstFrame),
        ("first frame", Field::FirstFrame),
        ("last_frame", Field::LastFrame),
        ("last frame", Field::LastFrame),
        ("subject", Field::Subject),
        ("callback", Field::Callback),
        ("resolution", Field::Resolution),
        ("duration", Field::Duration),
        ("fast_pretreatment", Field::FastPretreatment),
        ("prompt_optimizer", Field::Optimizer),
        ("prompt", Field::Prompt),
        ("model", Field::Model),
        ("image", Field::FirstFrame),
        ("首帧", Field::FirstFrame),
        ("尾帧", Field::LastFrame),
        ("主体", Field::Subject),
        ("回调", Field::Callback),
        ("分辨率", Field::Resolution),
        ("时长", Field::Duration),
        ("提示词优化", Field::Optimizer),
        ("提示词", Field::Prompt),
        ("模型", Field::Model),
        ("图片", Field::FirstFrame),
    ]
    .into_iter()
    .find(|(name, _)| words.contains(name))
    .map(|(_, field)| field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_its_field_as_the_wire_does() {
        for (message, field) in [
            ("invalid params, first_frame_image cannot be fetched", Some(Field::FirstFrame)),
            ("invalid params, duration 7 is not supported", Some(Field::Duration)),
            ("prompt too long", Some(Field::Prompt)),
            ("image too small", Some(Field::FirstFrame)),
            ("invalid params", None),
            ("参数错误：时长 7 不支持", Some(Field::Duration)),
            ("参数错误：prompt_optimizer", Some(Field::Optimizer)),
            ("提示词过长", Some(Field::Prompt)),
            ("尾帧图片无法读取", Some(Field::LastFrame)),
            ("参数错误", None),
        ] {
            assert_eq!(field_of(&Quote::Text(message.into())), field, "{message}");
        }
    }
}
