//! What travels with a video: its subtitles, as they lie beside it in the library folder.
//!
//! **Invariant:** a companion belongs to one video only, the one whose whole name (without extension) is the longest
//! that it begins with. Names are compared whole, never up to a bracket: `Film [1080p].srt` is none of `Film [2160p]`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

const SUBTITLES: [&str; 10] = ["ass", "idx", "smi", "srt", "ssa", "stl", "sub", "sup", "ttml", "vtt"];

const VIDEOS: [&str; 16] = [
    "avi", "divx", "flv", "iso", "m2ts", "m4v", "mk3d", "mkv", "mov", "mp4", "mpeg", "mpg", "ogm", "ts",
    "webm", "wmv",
];

fn has_extension(name: &OsStr, extensions: &[&str]) -> bool {
    let extension = Path::new(name).extension().and_then(OsStr::to_str);
    extension.is_some_and(|extension| extensions.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

/// Whether a name is one of a video.
#[must_use]
pub fn is_video(name: &OsStr) -> bool {
    has_extension(name, &VIDEOS)
}

/// Whether a name is one of a subtitle.
#[must_use]
pub fn is_subtitle(name: &OsStr) -> bool {
    has_extension(name, &SUBTITLES)
}

/// To which of the videos in its folder a subtitle belongs; all are names in the same folder.
#[must_use]
pub fn video_of<'v>(subtitle: &OsStr, videos: &[&'v OsStr]) -> Option<&'v OsStr> {
    if !is_subtitle(subtitle) {
        return None;
    }
    let begins = |video: &OsStr| {
        let stem = Path::new(video).file_stem().unwrap_or(video).as_bytes();
        subtitle
            .as_bytes()
            .strip_prefix(stem)
            .is_some_and(|rest| rest.starts_with(b"."))
            .then_some(stem.len())
    };
    // Two videos of one name (`Film.mkv`, `Film.mp4`) share their subtitles; the first in order of names has them.
    videos
        .iter()
        .filter_map(|video| begins(video).map(|length| (length, std::cmp::Reverse(*video))))
        .max()
        .map(|(_, video)| video.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'v>(subtitle: &str, videos: &[&'v str]) -> Option<&'v str> {
        let videos: Vec<&OsStr> = videos.iter().map(|name| OsStr::new(*name)).collect();
        video_of(OsStr::new(subtitle), &videos).map(|name| name.to_str().unwrap())
    }

    #[test]
    fn a_subtitle_belongs_to_the_longest_whole_name_that_it_begins_with() {
        let videos = ["Film.mkv", "Film.2160p.mkv", "Film 2.mkv"];
        assert_eq!(of("Film.en.srt", &videos), Some("Film.mkv"));
        assert_eq!(of("Film.2160p.en.forced.SRT", &videos), Some("Film.2160p.mkv"));
        assert_eq!(of("Film 2.srt", &videos), Some("Film 2.mkv"));
        assert_eq!(of("Film 3.srt", &videos), None);
        assert_eq!(of("Film.nfo", &videos), None);
    }

    #[test]
    fn brackets_do_not_end_a_name() {
        let videos = ["[Group] Show - 01 [A1].mkv", "[Group] Show - 02 [B2].mkv"];
        assert_eq!(of("[Group] Show - 02 [B2].ass", &videos), Some("[Group] Show - 02 [B2].mkv"));
        assert_eq!(of("[Group] Show - 02 [C3].ass", &videos), None);
    }

    #[test]
    fn of_two_videos_of_one_name_the_first_has_the_subtitle() {
        assert_eq!(of("Film.srt", &["Film.mp4", "Film.mkv"]), Some("Film.mkv"));
    }
}
