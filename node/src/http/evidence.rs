//! Evidence that this node keeps, for everybody: it accuses on its own.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::machine::audit::{Culprit, Exhibit, MAX_EXHIBIT_BYTES};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Path, answer, respond};
use super::problem::schema::{ANY, problems};
use super::problem::{Code, Problem};
use super::site::Site;
use crate::forms;
use crate::shop::{DeskError, EvidenceId};

/// Whom a piece convicts, and of what.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Judged {
    /// Missing if the node's charter does not know what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub(crate) offence: Option<&'static str>,
    /// Whom it convicts.
    pub(crate) culprits: Vec<CulpritView>,
}

/// One who is convicted.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Culprit)]
pub(crate) struct CulpritView {
    /// Of a witness: its keyset.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Number, required = false)]
    pub(crate) keyset: Option<KeysetId>,
    /// And its index there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Number, required = false)]
    pub(crate) witness: Option<WitnessIndex>,
    /// The store, or that of the witness.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Number, required = false)]
    pub(crate) store: Option<StoreId>,
}

/// A piece of evidence as it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Evidence)]
pub(crate) struct EvidenceView {
    /// Its name.
    #[schema(value_type = forms::Hex32)]
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) judged: Judged,
    /// When it is asked for by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::EvidenceBytes, required = false)]
    bytes: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = EvidenceList)]
struct ListView {
    /// At most 256 pieces.
    evidence: Vec<EvidenceView>,
}

problems! { ListProblems: ANY, &[Code::StorageFailed] }
problems! { ShowProblems: ANY, &[Code::NotFound, Code::StorageFailed] }

fn judge(charter: &Charter, bytes: &[u8]) -> Judged {
    let exhibit = Exhibit::of_evidence(bytes, MAX_EXHIBIT_BYTES).ok();
    // Evidence about what this charter does not know is kept, and judged with a newer one.
    let conviction = exhibit.and_then(|exhibit| exhibit.verify(charter).ok());
    let culprits = conviction.iter().flat_map(|conviction| &conviction.culprits).map(|culprit| match *culprit {
        Culprit::Witness(keyset, index) => {
            let store = charter.keyset(keyset).and_then(|keyset| keyset.member(index)).map(|member| member.store());
            CulpritView { keyset: Some(keyset), witness: Some(index), store }
        }
        Culprit::Store(store) => CulpritView { keyset: None, witness: None, store: Some(store) },
    });
    Judged { culprits: culprits.collect(), offence: conviction.map(|conviction| conviction.offence.code()) }
}

/// By each charter a piece is judged once, whoever asks for it and how often.
fn view(site: &Site, id: EvidenceId, bytes: &[u8]) -> EvidenceView {
    let charter = site.charter();
    let judged =
        site.judged.with(&charter, |judged| judged.entry(id.0).or_insert_with(|| judge(&charter, bytes)).clone());
    EvidenceView { id: hex::encode(id.0), judged, bytes: None }
}

/// All that is kept, without the bytes.
pub(crate) fn pieces(site: &Site) -> Result<Vec<EvidenceView>, DeskError> {
    let kept = site.desk.evidence()?;
    Ok(kept.iter().map(|(id, bytes)| view(site, *id, bytes)).collect())
}

/// The same as an answer.
#[utoipa::path(
    get, path = "/v1/evidence", operation_id = "listEvidence", tag = "federation",
    responses((status = 200, description = "What is kept here against those who cheated.", body = ListView), ListProblems),
)]
pub(super) async fn list(State(site): State<Site>) -> Result<Response, Problem> {
    Ok(respond(answer(StatusCode::OK, &ListView { evidence: pieces(&site)? })))
}

/// One piece.
#[utoipa::path(
    get, path = "/v1/evidence/{id}", operation_id = "readEvidence", tag = "federation",
    params(("id" = inline(forms::Hex32), Path, description = "Its name.")),
    responses((status = 200, description = "With its bytes.", body = EvidenceView), ShowProblems),
)]
pub(super) async fn show(State(site): State<Site>, Path(name): Path<String>) -> Result<Response, Problem> {
    let nothing = || Problem::new(Code::NotFound, "no evidence of this name is kept here");
    let mut id = EvidenceId([0; 32]);
    hex::decode_to_slice(&name, &mut id.0).map_err(|_| nothing())?;
    // A name has one spelling.
    let named = hex::encode(id.0) == name;
    let bytes = named.then(|| site.desk.piece(&id)).transpose()?.flatten().ok_or_else(nothing)?;
    let shown = EvidenceView { bytes: Some(URL_SAFE_NO_PAD.encode(&bytes)), ..view(&site, id, &bytes) };
    Ok(respond(answer(StatusCode::OK, &shown)))
}
