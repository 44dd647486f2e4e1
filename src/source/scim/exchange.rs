//! A request and its response, in the words that gateways, proxies and applications have for their parts.

use std::borrow::Cow;

use chrono_tz::Tz;

use crate::event::{Outcome, Text};
use crate::source::decode::{Reason, without_port};
use crate::source::instant::Spelled;
use crate::source::scim_body::{Json, Place, micros};

const METHOD: &[&str] = &["method", "http_method", "httpMethod", "request_method", "requestMethod", "verb"];
const ADDRESS: &[&str] =
    &["path", "url", "uri", "request_path", "requestPath", "request_uri", "requestUri", "request_url", "requestUrl"];
const TIME: &[&str] =
    &["ts", "time", "timestamp", "@timestamp", "datetime", "start_time", "startTime", "started_at", "requestTimeEpoch"];
const STATUS: &[&str] = &["status", "status_code", "statusCode", "response_status", "responseStatus", "http_status"];
const INNER_BODY: &[&str] = &["body", "data", "payload", "content"];
const BODY: &[&str] = &["requestBody", "request_body", "body", "body_raw", "payload"];
const ANSWER: &[&str] = &["responseBody", "response_body"];
const AGENT: &[&str] = &["user_agent", "userAgent", "http_user_agent"];
const ADDRESS_OF_CLIENT: &[&str] =
    &["ip", "client_ip", "clientIp", "source_ip", "sourceIp", "remote_addr", "remoteAddr", "address"];
const REQUEST_ID: &[&str] =
    &["request_id", "requestId", "x_request_id", "correlation_id", "correlationId", "txn", "trace_id", "traceId"];

/// HTTP's own verbs; a record that has another word there is something else.
const VERBS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

/// A logged request.
#[derive(Debug)]
pub(super) struct Exchange<'l, 'r> {
    log: &'l Json<'r>,
    /// The part of the log that is the request with its line and headers, where there is one.
    request: &'l Json<'r>,
    /// In capitals.
    pub(super) method: &'static str,
    /// Path or URL.
    pub(super) address: Text<'r>,
    /// Where the service stands.
    pub(super) place: Place<'r>,
    status: Option<Text<'r>>,
    /// What the status says.
    pub(super) outcome: Outcome,
    /// The body that the service answered with; null where none is at hand.
    pub(super) answer: Cow<'l, Json<'r>>,
}

impl<'l, 'r> Exchange<'l, 'r> {
    /// The request of a log line. A record without method and address is something else.
    pub(super) fn of(log: &'l Json<'r>) -> Result<Self, Reason> {
        let request = wrapper(log.get("request"), &["method", "url", "uri", "path", "headers", "body"]);
        let response = wrapper(log.get("response"), &["headers", "body", "status_code", "statusCode", "status"]);
        let method = match method(log, request)? {
            "POST" => overriding(log, request).unwrap_or("POST"),
            method => method,
        };
        let (key, address) = either(log, request, ADDRESS);
        let address = address.text().ok_or_else(|| address.unfit(&format!("/{key}"), "a path or URL"))?;
        let answer = answer(log, response);
        let status = status(log, response, &answer);
        let outcome = outcome(status.as_deref());
        let place = place(log, request, &address);
        Ok(Self { log, request, method, address, place, status, outcome, answer })
    }

    /// When the request was made.
    pub(super) fn time(&self, zone: Option<Tz>) -> Result<Spelled, Reason> {
        match either(self.log, self.request, TIME) {
            (_, Json::Null) => Err("/ts: missing: a request without a time cannot be placed".into()),
            (key, value) => micros(value, &format!("/{key}"), zone),
        }
    }

    /// The body, and where it stands. Null where none is at hand.
    pub(super) fn body(&self) -> Result<(Cow<'l, Json<'r>>, String), Reason> {
        let (inner, body) = self.request.first(INNER_BODY);
        if !body.is_null() {
            let at = format!("/request/{inner}");
            return Ok((body.opened(&at)?, at));
        }
        let (key, body) = match self.log.first(BODY) {
            (_, Json::Null) if self.request.is_null() => ("request", self.log.get("request")),
            found => found,
        };
        let at = format!("/{key}");
        Ok((body.opened(&at)?, at))
    }

    /// The text of the first of these fields of the log that has one.
    pub(super) fn text(&self, keys: &[&str]) -> Option<Text<'r>> {
        keys.iter().find_map(|key| self.log.get(key).id())
    }

    /// The text of the first of these fields that the log has of the client.
    pub(super) fn client_text(&self, keys: &[&str]) -> Option<Text<'r>> {
        keys.iter().find_map(|key| self.log.get("client").get(key).id())
    }

    /// The id of the request, else of the transaction that it belongs to.
    pub(super) fn request_id(&self) -> Option<Text<'r>> {
        let own = self.text(REQUEST_ID).or_else(|| REQUEST_ID.iter().find_map(|key| self.request.get(key).id()));
        own.or_else(|| self.header("x-request-id"))
    }

    /// The client's software.
    pub(super) fn user_agent(&self) -> Option<Text<'r>> {
        self.client_text(AGENT).or_else(|| self.text(AGENT)).or_else(|| self.header("user-agent"))
    }

    /// The client's address. What a client says of its own way here (`X-Forwarded-For`) is not believed.
    pub(super) fn address_of_client(&self) -> Option<Text<'r>> {
        let bare = self.log.get("client").text();
        self.client_text(ADDRESS_OF_CLIENT).or(bare).or_else(|| self.text(ADDRESS_OF_CLIENT)).map(without_port)
    }

    fn header(&self, name: &str) -> Option<Text<'r>> {
        header(self.log, self.request, name)
    }

    /// What the service or the log says of a request that did not succeed.
    pub(super) fn reason(&self) -> Option<Text<'r>> {
        let status = self.status.clone();
        if self.outcome == Outcome::Success {
            return None;
        }
        let told = [self.log.get("error"), &*self.answer].into_iter().find_map(error_text);
        match (status, told) {
            (Some(status), Some(told)) => Some(Cow::Owned(format!("{status} {told}"))),
            (status, told) => status.or(told),
        }
    }
}

fn error_text<'r>(error: &Json<'r>) -> Option<Text<'r>> {
    if let Some(text) = error.text() {
        return Some(text);
    }
    match (error.get("scimType").text(), error.first(&["detail", "message"]).1.text()) {
        (Some(kind), Some(detail)) => Some(Cow::Owned(format!("{kind}: {detail}"))),
        (kind, detail) => kind.or(detail),
    }
}

/// An object that holds parts of a message; null for a body of SCIM, which also may stand there.
fn wrapper<'l, 'r>(part: &'l Json<'r>, keys: &[&str]) -> &'l Json<'r> {
    let is_body = ["schemas", "Operations", "scimType", "detail"].iter().any(|key| !part.get(key).is_null());
    let is_wrapper = !is_body && keys.iter().any(|key| !part.get(key).is_null());
    if is_wrapper { part } else { &Json::Null }
}

fn either<'l, 'r>(log: &'l Json<'r>, request: &'l Json<'r>, keys: &[&'static str]) -> (&'static str, &'l Json<'r>) {
    match log.first(keys) {
        (_, Json::Null) if !request.is_null() => request.first(keys),
        found => found,
    }
}

fn method(log: &Json<'_>, request: &Json<'_>) -> Result<&'static str, Reason> {
    let (key, word) = either(log, request, METHOD);
    let unfit = || word.unfit(&format!("/{key}"), "an HTTP method");
    let text = word.text().ok_or_else(unfit)?;
    let verb = VERBS.into_iter().find(|verb| text.trim().eq_ignore_ascii_case(verb));
    verb.ok_or_else(|| Cow::Owned(format!("/{key}: expected an HTTP method, found another word")))
}

/// The method that a client means who can send no other than POST.
fn overriding(log: &Json<'_>, request: &Json<'_>) -> Option<&'static str> {
    let word = header(log, request, "x-http-method-override")?;
    VERBS.into_iter().find(|verb| word.trim().eq_ignore_ascii_case(verb))
}

fn header<'r>(log: &Json<'r>, request: &Json<'r>, name: &str) -> Option<Text<'r>> {
    [request, log].into_iter().find_map(|part| {
        let value = part.get("headers").get(name);
        value.text().or_else(|| value.elements().first().and_then(Json::text))
    })
}

/// The answer's body. What is no JSON was written by something on the way, and is no answer of SCIM.
fn answer<'l, 'r>(log: &'l Json<'r>, response: &'l Json<'r>) -> Cow<'l, Json<'r>> {
    let body = match (response.first(INNER_BODY).1, log.first(ANSWER).1) {
        (Json::Null, Json::Null) if response.is_null() => log.get("response"),
        (Json::Null, body) | (body, _) => body,
    };
    body.opened("").unwrap_or(Cow::Owned(Json::Null))
}

fn status<'r>(log: &Json<'r>, response: &Json<'r>, answer: &Json<'r>) -> Option<Text<'r>> {
    let said = [log, response].into_iter().find_map(|part| part.first(STATUS).1.id());
    // An error of SCIM repeats the status.
    said.or_else(|| answer.get("status").id())
}

/// What a status says: 2xx is success, 4xx and 5xx failure. nginx's 499 says only that nobody waited for the end.
pub(super) fn outcome(status: Option<&str>) -> Outcome {
    let digits = status.map(str::trim).and_then(|s| s.get(..3)).and_then(|s| s.parse::<u16>().ok());
    match digits {
        Some(200..=299) => Outcome::Success,
        Some(499) => Outcome::Unknown,
        Some(400..=599) => Outcome::Failure,
        _ => Outcome::Unknown,
    }
}

fn place<'r>(log: &Json<'r>, request: &Json<'r>, address: &str) -> Place<'r> {
    let mut place = Place::default();
    for base in ["base", "base_url", "baseUrl"].into_iter().filter_map(|key| log.get(key).text()) {
        place.learn_base(&base);
    }
    for id in ["workspace_id", "workspaceId"].into_iter().filter_map(|key| log.get(key).id()) {
        place.learn_workspace(&id);
    }
    place.learn(address);
    // A request line often stands without its host, which then has a field of its own.
    for part in [log, request] {
        part.first(ADDRESS).1.text().into_iter().for_each(|other| place.learn(&other));
        ["url", "uri"].into_iter().filter_map(|key| part.get(key).text()).for_each(|other| place.learn(&other));
        [part.get("host"), part.get("headers").get("host")]
            .into_iter()
            .filter_map(Json::text)
            .for_each(|host| place.learn_host(&host));
    }
    log.get("query").text().into_iter().for_each(|query| place.learn(&format!("?{}", query.trim_start_matches('?'))));
    place
}
