//! The demo's made-up morning: what was asked for, when, and how it stands. Data of a person's and of the service's, in
//! no language of ours.

use serde_json::json;
use service::answer::Reply;

/// How a task of the morning stands when the demo begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    Saved,
    /// Runs for another so many seconds.
    Runs(u64),
    Queued,
    Unknown,
    /// Made, but the connection dropped while it was fetched: `d` fetches it.
    Ready,
    /// Failed with that code of the service's.
    Failed(i64),
    /// Refused, with that code of the service's.
    Refused(i64),
    Cancelled,
}
pub(super) use Stands::{Cancelled, Failed, Queued, Ready, Refused, Runs, Saved, Unknown};

/// What the storage says of an address that has run out.
pub(super) const DENIED: &str = "HTTP 403 AccessDenied";

/// The service's answer with that code, in its own words.
pub(super) fn answered(status: &str, code: i64) -> Reply {
    let words = match code {
        1026 => "input new_sensitive",
        1027 => "output new_sensitive",
        2013 => "invalid params, first_frame_image is required at 512P",
        1000 => "unknown error",
        _ => "success",
    };
    let body = json!({ "status": status, "base_resp": { "status_code": code, "status_msg": words } });
    Reply::Answered { http: 200, retry_after_ms: None, request_id: None, body: body.to_string() }
}

const H02: &str = "MiniMax-Hailuo-02";
const H23: &str = "MiniMax-Hailuo-2.3";
const T2V: &str = "T2V-01-Director";

/// A video that was asked for in the morning.
pub(super) struct Asked {
    pub(super) minutes_ago: u64,
    pub(super) model: &'static str,
    pub(super) resolution: &'static str,
    pub(super) seconds: u32,
    pub(super) prompt: &'static str,
    pub(super) stands: Stands,
}

const fn asked(
    minutes_ago: u64,
    model: &'static str,
    resolution: &'static str,
    seconds: u32,
    prompt: &'static str,
    stands: Stands,
) -> Asked {
    Asked { minutes_ago, model, resolution, seconds, prompt, stands }
}

/// The oldest first.
#[rustfmt::skip]
pub(super) const MORNING: &[Asked] = &[
    asked(212, H02, "768P", 6, "A lighthouse at dawn, waves breaking slowly, [Push in] toward the lamp", Saved),
    asked(205, H02, "768P", 6, "雨夜的东京街头，霓虹灯在积水中倒映，一位穿红色雨衣的女孩缓缓转身 [左摇,推进]", Saved),
    asked(199, H02, "1080P", 6, "Macro shot of a hummingbird drinking from a foxglove, shallow depth of field", Saved),
    asked(187, T2V, "720P", 6, "An old fisherman mends his net [Static shot], gulls circle behind him", Saved),
    asked(181, H02, "768P", 10, "A paper boat drifts down a gutter in heavy rain, [Tracking shot]", Saved),
    asked(176, H02, "768P", 6, "Crowds storm the palace gates, torches, smoke, blood on the stairs",
        Refused(1026)),
    asked(170, H02, "768P", 6, "Crowds gather at the palace gates at night, torches and smoke, [Pedestal up]", Saved),
    asked(158, H23, "768P", 6, "一只橘猫在洒满阳光的窗台上伸懒腰，尘埃在光线里漂浮，电影质感", Saved),
    asked(151, H23, "768P", 10, "Time lapse of a desert sky turning to stars, dunes in the foreground", Saved),
    asked(149, H02, "768P", 6, "A dancer in a flooded ballroom, mirror reflections, [Truck left, Pan right]",
        Failed(1027)),
    asked(133, H02, "512P", 6, "Street food stall, steam and sizzling noodles, hand-held [Shake]",
        Refused(2013)),
    asked(126, H02, "768P", 6, "Street food stall, steam and sizzling noodles, hand-held [Shake]", Saved),
    asked(118, T2V, "720P", 6, "水墨画风格的群山，云雾流动，一只白鹤飞过 [拉远]", Saved),
    asked(104, H02, "1080P", 6, "A glass chess set on a window sill while snow falls outside", Saved),
    asked(97, H23, "768P", 6, "Robot arm painting a portrait, oil on canvas, [Zoom in] on the brush",
        Failed(0)),
    asked(92, H23, "768P", 6, "Robot arm painting a portrait, oil on canvas, [Zoom in] on the brush", Saved),
    asked(81, H02, "768P", 6, "Underwater kelp forest, shafts of sunlight, a seal spirals past the camera", Saved),
    asked(66, H02, "768P", 10, "Night train crossing a viaduct under the Milky Way, [Pan left]", Unknown),
    asked(58, H02, "768P", 6, "老茶馆里，茶师从高处冲水，蒸汽升腾，特写手部动作 [下摇]", Saved),
    asked(47, H02, "768P", 6, "Marathon at sunrise, thousands of runners crossing a bridge, aerial", Cancelled),
    asked(39, H23, "1080P", 6, "A violin maker carves a scroll by candle light, wood shavings fall", Saved),
    asked(28, H02, "768P", 6, "Fox cub chases a butterfly through tall grass, golden hour", Ready),
    asked(16, H02, "768P", 6, "Carnival in Venice, a masked couple turns toward the camera [Push in]",
        Failed(1000)),
    asked(3, H02, "768P", 10, "Storm over a wheat field, lightning far away, [Tracking shot] along the fence", Runs(75)),
    asked(2, H02, "768P", 6, "热气球缓缓升起，俯瞰梯田，晨雾弥漫 [上升]", Runs(22)),
    asked(2, H23, "768P", 6, "Clockwork owl opens its eyes in a workshop full of gears", Runs(48)),
    asked(1, H02, "1080P", 6, "A ballerina on a rooftop at blue hour, city lights behind her", Runs(8)),
    asked(1, H02, "768P", 6, "Whale breaching beside a small sailing boat, slow motion", Queued),
    asked(1, H02, "768P", 6, "胡同里，孩子们放风筝，老人在门口下棋 [右移]", Queued),
];

/// What the service sends as its word for a task at work.
pub(super) const AT_WORK: &str = "Processing";
