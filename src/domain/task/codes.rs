//! Codes of what the program itself found or was told to do about a task, as `error.code` in JSON and the store have
//! them.

/// The code of a task that the service calls made without ever giving its file.
pub const NO_FILE: &str = "no_file";

/// The code of a task that reached the gateway and was charged, but whose id is in no record.
pub const ID_LOST: &str = "id_lost";

/// The code of a submission that was answered with the ID of another task.
pub const ID_TAKEN: &str = "id_taken";

/// The code of a task that a person settled as never made.
pub const NOT_CREATED: &str = "not-created";

/// The code of a file whose saving a person stopped: it waits for the next start, or for a person's word.
pub const STOPPED: &str = "stopped";

/// The code of a file that the disk has no room for: it waits for the next start, or for a person's word.
pub const DISK_FULL: &str = "disk_full";

/// The code of a submission whose program ended, or stood still for longer than its claim, before an answer came.
pub const INTERRUPTED: &str = "interrupted";

/// The code of a file that no address leads to.
pub const EXPIRED: &str = "expired";

/// The code of a file whose address has run out, and of which no other works.
pub const RAN_OUT: &str = "ran_out";

/// The code of a download that brought something else than a video.
pub const NOT_A_VIDEO: &str = "not_a_video";

/// The code of a task whose state is a word that is not known here.
pub const ODD_STATE: &str = "odd_state";

/// The code of a task that is unknown again, and of which an older version did not keep why it was before.
pub const UNKNOWN: &str = "unknown";
