//! Why a video could not be fetched, as sentences. It is paid for and waits at the service, so each says what brings it
//! here.

use super::{call::no_connection, system::system};
use crate::voice::Voice;
use crate::{problem::Problem, tr};
use domain::{
    export::size,
    reason::{
        system::System,
        transfer::{Dropped, Mp4, Transfer},
    },
};

/// What happened and what to do next.
#[must_use]
pub fn problem(fault: &Transfer, voice: &Voice) -> Problem {
    let download = voice.download.as_str();
    let resumed = |what: String| {
        let next = tr!("It goes on where it stopped, automatically; {download} tries at once.", download);
        Problem::new(what, "", next)
    };
    let fetched_again = |what: String| {
        let next = tr!("It is fetched again automatically; {download} tries at once.", download);
        Problem::new(what, "", next)
    };
    let ask_service = |what: String| {
        let next = tr!("Try again with {download}; if it fails again, ask the service about this file.", download);
        Problem::new(what, "", next)
    };
    match fault {
        Transfer::NoConnection(why) => resumed([tr!("No connection to the storage"), &dropped(why)].join(tr!(": "))),
        Transfer::Broken(why) => resumed([tr!("The connection to the storage broke"), &dropped(why)].join(tr!(": "))),
        Transfer::Stalled(ms) => {
            let seconds = format!("{}.{}", ms / 1000, ms % 1000 / 100);
            resumed(tr!("The storage sent nothing for {seconds} s", seconds))
        }
        Transfer::Status(status) => resumed(tr!("The storage answered HTTP {status}", status)),
        Transfer::Resume => resumed(tr!("The storage's answers to a resume do not match").into()),
        Transfer::TooManyRedirects => resumed(tr!("The storage redirects too many times").into()),
        Transfer::OpenRedirect => resumed(tr!("The storage redirects to an address that is not https").into()),
        Transfer::LoginRedirect => {
            resumed(tr!("The storage redirects to an address with a user name or password in it").into())
        }
        Transfer::LoginAddress => ask_service(tr!("The service gave a URL with a user name or password in it").into()),
        Transfer::BadAddress => resumed(tr!("The service gave a URL that cannot be used").into()),
        Transfer::OpenAddress => resumed(tr!("The service gave a URL that is not https").into()),
        Transfer::Worker => resumed(tr!("reeltop's own download worker failed").into()),
        Transfer::TooLarge { most } => {
            ask_service(tr!("The storage sends more than {size}: no video is that large", size = size(*most)))
        }
        Transfer::WrongLength { have, whole } => {
            fetched_again(tr!("The file is incomplete: {have} bytes instead of {whole}", have, whole))
        }
        Transfer::Page(Some(kind)) => fetched_again(tr!("The storage sent a page ({kind}) instead of the video", kind)),
        Transfer::Page(None) => fetched_again(tr!("The storage sent a page instead of the video").into()),
        Transfer::Coding(coding) => {
            fetched_again(tr!("The storage sent the file encoded as {coding}, which reeltop cannot read", coding))
        }
        Transfer::DamagedCoding => fetched_again(tr!("The file's encoding is damaged").into()),
        Transfer::Bomb => fetched_again(tr!("The file unpacks to far more than any video would").into()),
        Transfer::NotMp4(why) => fetched_again(tr!("The file is not a complete MP4 video: {fault}", fault = mp4(*why))),
        Transfer::PartIsNoFile { path } => Problem::new(
            tr!("{path}.part is not a plain file (a link?) and is not written to", path),
            "",
            tr!("Remove it or choose another download.dir, then try again with {download}.", download),
        ),
        Transfer::ForeignPart { path } => Problem::new(
            tr!("{path}.part is not from reeltop and is not written to", path),
            "",
            tr!("Rename it or choose another download.dir, then try again with {download}.", download),
        ),
        Transfer::Busy { path } => Problem::new(
            tr!("{path} is being written by another reeltop", path),
            "",
            tr!("Leave it to that one, or close it and try again with {download}.", download),
        ),
        Transfer::Disk { path, why } => {
            Problem::new(tr!("{path} cannot be written: {why}", path, why = system(why)), "", mended(why, download))
        }
        Transfer::BadName(name) => {
            bad_target(tr!("{quoted} is not a file name", quoted = format!("{name:?}")), download)
        }
        Transfer::BadFolder { path, why } => {
            bad_target(tr!("{path} cannot be used: {why}", path, why = system(why)), download)
        }
    }
}

/// What to do about a disk that does not take the file.
fn mended(why: &System, download: &str) -> String {
    match why {
        System::Full | System::Quota => tr!("Make room, then {download} goes on with what is there.", download),
        System::Denied => tr!(
            "Correct the folder's permissions or choose another download.dir, then try again with {download}.",
            download
        ),
        System::NameTooLong => tr!("Shorten download.name, then try again with {download}.", download),
        System::ReadOnly | System::NoFolder | System::Folder | System::Exists => {
            tr!("Choose another download.dir, then try again with {download}.", download)
        }
        _ => tr!("Check the disk, then try again with {download}.", download),
    }
}

fn bad_target(what: String, download: &str) -> Problem {
    let next = tr!("Correct download.dir and download.name, then try again with {download}.", download);
    Problem::new(what, "", next)
}

fn dropped(why: &Dropped) -> String {
    match why {
        Dropped::Line(why) => no_connection(*why),
        Dropped::Said(said) => said.clone(),
    }
}

fn mp4(why: Mp4) -> &'static str {
    match why {
        Mp4::Start => tr!("it does not start as an MP4 does"),
        Mp4::CutOff => tr!("its end is missing"),
        Mp4::NoPictures => tr!("it has no frames in it"),
        Mp4::NoIndex => tr!("it has no index of its frames"),
        Mp4::TooManyBoxes => tr!("it has too many parts"),
        Mp4::SmallBox => tr!("one of its parts is smaller than its own header"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Lang, within};

    #[test]
    fn a_trouble_is_a_whole_sentence_in_chinese_too() {
        let of =
            |why| within(Lang::Zh, || problem(&why, &Voice { download: "d".into(), ..Voice::default() }).to_string());
        let told = [
            Transfer::Disk { path: "/v/a.mp4".into(), why: System::Full },
            Transfer::NotMp4(Mp4::CutOff),
            Transfer::WrongLength { have: 3, whole: 9 },
        ]
        .map(of);
        assert_eq!(
            told,
            [
                "/v/a.mp4 无法写入：磁盘已满。腾出空间后，用 d 从已下载的部分继续。",
                "下载的文件不是完整的 MP4 视频：结尾缺失。将自动重新下载；用 d 立即重试。",
                "下载的文件不完整：只有 3 字节，应为 9 字节。将自动重新下载；用 d 立即重试。"
            ]
        );
    }
}
