//! What `openapi/README.md` shows, as it stands there.

use std::time::Duration;

use cacherr_client::types::{AddFileRequest, ErrorCode, FileSort, FileStatus};
use cacherr_client::{Client, Error};
use reqwest::header::{HeaderMap, HeaderValue};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::var("url").unwrap_or("http://127.0.0.1:5445".to_owned());
    let key = HeaderValue::from_str(&std::env::var("key")?)?;
    let headers = HeaderMap::from_iter([("x-api-key".parse()?, key)]);
    let http = reqwest::Client::builder().default_headers(headers).build()?;
    let cacherr = Client::new_with_client(&url, http);

    // List: what is cached, the largest first.
    let largest = cacherr.list_files().status(FileStatus::Active).sort(FileSort::FileSizeBytes).limit(10_u32);
    for file in &largest.send().await?.data.files {
        println!("{} {} {:?}", file.file_path, file.file_size_readable, file.users);
    }

    // Add a file, and wait for its job.
    let path = std::env::args().nth(1).ok_or("which file?")?;
    let added = match cacherr.add_file().body(AddFileRequest::builder().file_path(path)).send().await {
        Ok(added) => added.into_inner().data,
        Err(Error::ErrorResponse(refusal)) if refusal.code == ErrorCode::AlreadyTracked => {
            println!("it is cached already");
            return Ok(());
        }
        Err(other) => return Err(other.into()),
    };
    if let Some(job) = added.job_id {
        let job = loop {
            let job = cacherr.get_job().job_id(job).send().await?.into_inner().data;
            if job.finished_at.is_some() {
                break job;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        };
        println!("{} {:?}", job.state, job.error);
    }

    // Give it back: the original takes its place again.
    let removed = cacherr.remove_file().file_id(added.file_id).send().await?;
    println!("{:?}", removed.message);
    Ok(())
}
