//! Submits as a client of azure_core does, has its Poller poll, and prints what
//! came out as one line of JSON: azure-core-poller documented|lenient URL BODY
//!
//! The documented callback is that of Poller::new's documentation: it goes on for
//! InProgress, and every other word is the end. The lenient one goes on for what
//! is no end.
use azure_core::http::{
    headers::{Headers, RETRY_AFTER},
    poller::{get_retry_after, PollerContinuation, PollerResult, PollerState, PollerStatus, StatusMonitor},
    ClientOptions, JsonFormat, Method, Pipeline, Poller, RawResponse, Request, Response, StatusCode, Url,
};
use azure_core::json;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    status: Option<PollerStatus>,
    custom_status: Option<String>,
}

impl StatusMonitor for Operation {
    type Output = Operation;
    type Format = JsonFormat;

    fn status(&self) -> PollerStatus {
        self.status.clone().unwrap_or_default()
    }
}

fn poller(url: Url, body: String, lenient: bool) -> Poller<Operation> {
    let pipeline = Pipeline::new(Some("azure-core-poller"), Some("1.0.0"), ClientOptions::default(), Vec::new(), Vec::new(), None);
    Poller::new(
        move |state: PollerState, options| {
            let pipeline = pipeline.clone();
            let mut request = Request::new(url.clone(), Method::Post);
            let body = body.clone();
            Box::pin(async move {
                match state {
                    PollerState::Initial => {
                        request.insert_header("content-type", "application/json");
                        request.set_body(body);
                    }
                    PollerState::More(PollerContinuation::Links { next_link, .. }) => {
                        *request.url_mut() = next_link;
                        request.set_method(Method::Get);
                    }
                    _ => unreachable!(),
                }
                let (status, headers, body) = pipeline.send(&options.context, &mut request, None).await?.deconstruct();
                let operation: Operation = json::from_json(&body)?;
                let next = headers.get_optional_string(&"operation-location".into());
                let retry_after = get_retry_after(&headers, &[RETRY_AFTER], &options);
                let last = body.clone();
                let response: Response<Operation> = RawResponse::from_bytes(status, headers, body).into();
                match (operation.status(), next) {
                    (PollerStatus::InProgress, Some(next)) => in_progress(response, retry_after, &next),
                    (PollerStatus::UnknownValue(_), Some(next)) if lenient => in_progress(response, retry_after, &next),
                    (PollerStatus::Succeeded, _) => Ok(PollerResult::Succeeded {
                        response,
                        target: Box::new(move || Box::pin(async move { Ok(RawResponse::from_bytes(StatusCode::Ok, Headers::new(), last).into()) })),
                    }),
                    _ => Ok(PollerResult::Done { response }),
                }
            })
        },
        None,
    )
}

fn in_progress(response: Response<Operation>, retry_after: azure_core::time::Duration, next: &str) -> azure_core::Result<PollerResult<Operation>> {
    let next_link = next.parse()?;
    Ok(PollerResult::InProgress { response, retry_after, continuation: PollerContinuation::Links { next_link, final_link: None } })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let ended = async { poller(args[2].parse()?, args[3].clone(), args[1] == "lenient").await?.into_model() };
    let verdict = match ended.await {
        Ok(operation) => json::to_json(&[("customStatus", operation.custom_status)].into_iter().collect::<std::collections::HashMap<_, _>>())?,
        Err(e) => json::to_json(&[("error", e.to_string())].into_iter().collect::<std::collections::HashMap<_, _>>())?,
    };
    println!("{}", std::str::from_utf8(&verdict)?);
    Ok(())
}
