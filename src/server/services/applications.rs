//! Applications to become a creator, and their decisions, by an admin or by the operator.
//!
//! One that is approved makes a stream; one that is taken back ends it and voids its key, at LiveKit first: when that
//! fails, nothing has changed. Of two decisions at once the first one counts.

use crate::{
    domain::{
        application::{About, Application, ApplicationStatus, Decision, Reason},
        audit::AuditAction,
        fields::{FieldErrors, Invalid},
        id::{ApplicationId, StreamId, UserId},
        page::{Page, one_more},
        title::Title,
    },
    server::{
        Error, Result,
        auth::actor::Actor,
        clock, db,
        db::applications::{ApplicationRow, DecisionRow},
        services::{
            audit::{self, Deed},
            ingress, on_air,
        },
        state::AppState,
    },
    text,
};

/// Applications in one piece of the list.
const PER_PAGE: usize = 50;

/// Applies.
///
/// # Errors
/// When nobody is signed in, the text breaks rules, or an application is open or approved.
pub async fn apply(state: &AppState, actor: &Actor, about: &str) -> Result<Application> {
    let user = actor.user()?;
    let about = About::parse(about).map_err(|Invalid(message)| FieldErrors::one("about", message))?;
    let now = clock::now();
    let status = if state.config.auto_approve { ApplicationStatus::Approved } else { ApplicationStatus::Pending };
    let id = ApplicationId(clock::new_id());
    let mut tx = state.db.begin().await?;
    db::applications::insert(&mut tx, &id, &user.user_id, about.as_str(), status, now).await.map_err(|error| {
        match db::on_constraint(&error, &[("creator_applications_user_id_key", ())]) {
            Some(()) => Error::Conflict(text!(errors.applied_already)),
            None => error.into(),
        }
    })?;
    if status == ApplicationStatus::Approved {
        let stream = StreamId(clock::new_id());
        db::streams::insert(&mut tx, &stream, &user.user_id, Title::UNTITLED, now).await?;
        db::streams::open_for(&mut tx, &user.user_id).await?;
        audit::note(&mut tx, Deed::of_operator(AuditAction::ApplicationApproved, &user.user_id)).await?;
    }
    tx.commit().await?;
    state.events.account_changed(&user.user_id);
    Ok(get(state, &id).await?.into())
}

/// The account's newest application.
///
/// # Errors
/// When nobody is signed in.
pub async fn find_own(state: &AppState, actor: &Actor) -> Result<Option<Application>> {
    find_for(state, &actor.user()?.user_id).await
}

/// The newest application of an account, for its own events.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_for(state: &AppState, user_id: &UserId) -> Result<Option<Application>> {
    Ok(db::applications::find_newest(&state.db, user_id).await?)
}

/// Applications, the oldest first.
///
/// # Errors
/// When the one who asks is not an admin, or `status` is none.
pub async fn list(
    state: &AppState,
    actor: &Actor,
    status: Option<&str>,
    cursor: Option<&str>,
) -> Result<Page<Application>> {
    actor.admin()?;
    let unknown = || FieldErrors::one("status", text!(fields.status_unknown));
    let status = status
        .filter(|text| !text.is_empty())
        .map(|text| ApplicationStatus::parse(text).ok_or_else(unknown))
        .transpose()?;
    let limit = one_more(PER_PAGE);
    let found = db::applications::list(&state.db, status, cursor, limit).await?;
    Ok(Page::cut(found, PER_PAGE, |application| application.id.to_string()))
}

/// Decides an application.
///
/// # Errors
/// When the one who asks is not an admin, fields break rules, there is no such application, or the decision does not
/// follow from where it stands.
pub async fn decide(
    state: &AppState,
    actor: &Actor,
    id: &ApplicationId,
    decision: &str,
    reason: Option<&str>,
) -> Result<Application> {
    let admin = actor.admin()?;
    let (decision, reason) = parse_decision(decision, reason)?;
    let (state_, by, id) = (state.clone(), admin.user_id.clone(), id.clone());
    state.to_the_end(async move { carry_out(&state_, Some(&by), &id, decision, reason).await }).await
}

/// Carries out what an admin decided, or the operator, who has no account.
///
/// # Errors
/// When there is no such application, or the decision does not follow from where it stands.
pub(super) async fn carry_out(
    state: &AppState,
    by: Option<&UserId>,
    id: &ApplicationId,
    decision: Decision,
    reason: Option<Reason>,
) -> Result<Application> {
    let row = get(state, id).await?;
    let user_id = row.user_id.clone();
    let application = Application::from(row);
    let to = decision.apply(application.status).ok_or_else(decided_already)?;
    if decision == Decision::Revoke {
        ingress::void_key(state, &user_id).await?;
    }
    let row = DecisionRow { id, from: application.status, to, reason: reason.as_ref().map(Reason::as_str), by };
    record(state, &row, &user_id, decision).await?;
    // Also when what follows fails: pages of theirs that are open close.
    state.events.account_changed(&user_id);
    if decision == Decision::Revoke {
        let ended = on_air::end_for(state, &user_id).await;
        // Their browser, which asks why it was put out and has to hear of this; and a key that was stored while the
        // approval still stood. From now on none is.
        if let Err(error) = ingress::withdraw(state, &user_id).await {
            tracing::error!(user = %user_id, %error, "somebody who is no creator any more may have a key, or go on sending from a browser");
        }
        ended?;
    }
    Ok(get(state, id).await?.into())
}

fn parse_decision(decision: &str, reason: Option<&str>) -> Result<(Decision, Option<Reason>)> {
    let mut errors = FieldErrors::default();
    let decision = errors.take("decision", Decision::parse(decision));
    let is_needed = matches!(decision, Some(Decision::Reject | Decision::Revoke));
    let reason = match reason.unwrap_or("") {
        text if is_needed => errors.take("reason", Reason::parse(text)),
        _ => None,
    };
    errors.into_result()?;
    decision.map(|decision| (decision, reason)).ok_or_else(|| Error::Internal("a decision without one".into()))
}

async fn record(state: &AppState, row: &DecisionRow<'_>, user_id: &UserId, decision: Decision) -> Result<()> {
    let now = clock::now();
    let mut tx = state.db.begin().await?;
    if !db::applications::decide(&mut tx, row, now).await? {
        return Err(decided_already());
    }
    if row.to == ApplicationStatus::Approved {
        db::streams::insert(&mut tx, &StreamId(clock::new_id()), user_id, Title::UNTITLED, now).await?;
        db::streams::open_for(&mut tx, user_id).await?;
    }
    let action = match decision {
        Decision::Review => AuditAction::ApplicationReviewed,
        Decision::Approve => AuditAction::ApplicationApproved,
        Decision::Reject => AuditAction::ApplicationRejected,
        Decision::Revoke => AuditAction::ApprovalRevoked,
    };
    let by_operator = || Deed::of_operator(action, user_id);
    audit::note(&mut tx, row.by.map_or_else(by_operator, |admin| Deed::of(action, admin, user_id))).await?;
    Ok(tx.commit().await?)
}

fn decided_already() -> Error {
    Error::Conflict(text!(errors.decided_already))
}

async fn get(state: &AppState, id: &ApplicationId) -> Result<ApplicationRow> {
    let found = db::applications::find(&state.db, id).await?;
    found.ok_or_else(|| Error::NotFound(text!(errors.no_application)))
}
