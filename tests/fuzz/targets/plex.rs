#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cacherr::fuzzing::plex(data));
