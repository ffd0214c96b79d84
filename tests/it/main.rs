//! What Cacherr promises, one file per noun.
//!
//! * `api`: every answer has the envelope, every refusal a code of the list; files come and go, jobs are told of as they run.
//! * `crowd`: a thousand who listen hear everything in order, or that they missed something; who does not read costs
//!   little, is let go, and holds up neither the others nor the end.
//! * `access`: who knows the password, or has the token, comes in until it is over; nobody else does, learns why, or costs more
//!   than they may.
//! * `edge`: who is slow, many, or speaks nonsense holds up nobody and costs little; certificates come and go; root becomes
//!   whom it is told to, and films keep their owners.
//! * `agreement`: after any acts, every answer says what a naive recomputation from the store's text dump says.
//! * `attacks`: what a stranger sends is refused with the right status, and the process is well and no larger afterwards.
//! * `audit`: each act names its principal and from where it came; other settings are told, secrets are not.
//! * `torn`: who reads while others write sees every commit whole, in rows, lists, counts and log.
//! * `openapi`: the document is current, complete, and what generators of clients understand.
//! * `config`: every value is valid and knows its origin; what cannot be used is refused with the place and a suggestion.
//! * `store`: what was committed stays, in whole or not at all, whatever the storage does; secondary tables say
//!   what the rows say; damage is found and named, never a panic.
//! * `plex`: whatever a media server or plex.tv sends, what is understood is right or a fault says what to do; no token strays.
//! * `names`: have the addresses that this machine's files, and the name servers in them, say now; nobody else is asked.
//! * `people`: each is known by a token of their own or it is said why not; what goes wrong for one concerns nobody else;
//!   who signs in stays signed in, and no token is ever seen.
//! * `secrets`: whatever happens, no token of anybody is seen but in the one table that keeps them.
//! * `privacy`: no door tells viewers more of who watches what than the owner chose; who is forgotten is named nowhere.
//! * `process`: the real binary: there and back again, one instance at a time, exit codes and the shapes of answers;
//!   an export of any size in constant memory, whole or broken off; whoever supervises it is told the truth.
//! * `files`: the kernel's file system as the engine needs it, and `sim`, the simulated one that behaves alike.
//! * `copy`: all bytes or an error.
//! * `swap`: readers never fail while names are exchanged, on every file system that can be mounted here; `union`: nor
//!   on mergerfs, which refuses the exchange.
//! * `foreign_handles`: who holds a file never notices, who writes it is never raced; `watcher`: what inotify tells.
//! * `kill`: the real binary, killed at any moment again and again, and worked hard: readers never notice, it recovers by
//!   itself, and nothing is left.
//! * `losses`: what other programs were seen to lose; each is tried, and none happens here.
//! * `doctor`: what breaks an installation is found, with what to do; a trial leaves nothing, however it ends.
//! * `watch`: who opens a copy is counted, unless it is us; what others do in the cache dir is seen and put in order.
//! * `idle`: where nothing happens no library is touched, by no system call.
//! * `originals`: what others do to links and originals is noticed when it happens, and what we do is not.
//! * `playing`: a playback counts once, by what the cache held at that moment; what plays is never moved, nor given up.
//! * `sessions`: from a player to the cache: what plays and what comes next is cached at once, whatever fails on the way.
//! * `wishes`: each is asked for with a token of theirs; what was said holds while nobody answers, and no failure loses it.
//! * `upgrades`: what replaces a cached file wins, and what a person said of the old one holds for it.
//! * `librarian`: each gets what they wish for, as theirs, while there is room; no failure of a source gives a file back.
//! * `simulator`: the simulated Plex says what a real one says, in XML and JSON alike, to each what they may know; what
//!   people do shows at once wherever a client looks, and what shall go wrong does, so often as it was ordered.
//! * `waiting`: who waits for a job hears how its last try ended, never how an earlier one did.
//! * `engine`: the ways of a file, step by step; `table`: what is done in every state there can be, and that nothing
//!   unforeseen is acted on.
//! * `orphans`: a cleanup concludes only what it saw; `batch`: one act on many files comes to the same end whatever happens.
//! * `crash`: dying, failing and losing power at any call; `model`: others who act at any call; neither gap nor loss.
//! * `mover`: while the NAS's own mover runs nothing moves, and afterwards everything goes on; it is told what to leave alone,
//!   and what it carries away all the same costs no byte.
//! * `world_moves`: volumes, folders and links that move; `rescue`: everything back without the store.
//! * `architecture`: who may use whom, and that the page about it is true.
//! * `volumes`: full, away, or the same one twice: nothing is concluded, nothing is left, nothing is lost.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail a test, too")]

mod access;
mod agreement;
mod api;
mod architecture;
mod attacks;
mod audit;
mod batch;
mod config;
mod copy;
mod crash;
mod crowd;
mod doctor;
mod edge;
mod engine;
mod files;
mod foreign_handles;
mod idle;
mod kill;
mod librarian;
mod losses;
mod model;
mod mover;
mod names;
mod openapi;
mod originals;
mod orphans;
mod people;
mod playing;
mod plex;
mod privacy;
mod process;
mod rescue;
mod secrets;
mod sessions;
mod sim;
mod simulator;
mod store;
mod support;
mod swap;
mod table;
mod torn;
mod union;
mod upgrades;
mod volumes;
mod waiting;
mod watch;
mod watcher;
mod wishes;
mod world_moves;
