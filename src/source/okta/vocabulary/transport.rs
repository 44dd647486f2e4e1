//! What was pushed to applications.

use super::{Act, Row};
use crate::change::Verb;
use crate::event::Plane;

pub(super) const TRANSPORT: &[Row] = &[
    (
        Plane::Transport,
        Act::PushedUser(Verb::UserCreate),
        &["application.provision.user.push", "application.provision.user.sync"],
    ),
    (Plane::Transport, Act::PushedUser(Verb::UserUpdate), &["application.provision.user.push_profile"]),
    (
        Plane::Transport,
        Act::PushedUser(Verb::UserActivate),
        &["application.provision.user.activate", "application.provision.user.reactivate"],
    ),
    (
        Plane::Transport,
        Act::PushedUser(Verb::UserDeactivate),
        &["application.provision.user.deactivate", "application.provision.user.deprovision"],
    ),
    (Plane::Transport, Act::PushedUser(Verb::UserDelete), &["application.provision.user.delete"]),
    (
        Plane::Transport,
        Act::PushedGroup(Verb::GroupUpdate),
        &[
            "application.provision.group_push.pushed",
            "application.provision.group_push.updated",
            "application.provision.group_push.push_memberships",
            "application.provision.group.update",
            "application.provision.group_membership.update",
            // A failed change of a mapping fails for the group, whatever it was to change.
            "application.provision.group_push.mapping.update.or.delete.failed",
            "application.provision.group_push.mapping.update.or.delete.failed.with.error",
        ],
    ),
    (
        Plane::Transport,
        Act::PushedGroup(Verb::GroupDelete),
        &["application.provision.group_push.removed", "application.provision.group.remove"],
    ),
    (Plane::Transport, Act::PushedGroup(Verb::GroupCreate), &["application.provision.group.add"]),
    (Plane::Transport, Act::PushedMember(Verb::MemberAdd), &["application.provision.group_membership.add"]),
    // Stripping a person of all managed entitlements names no group: it is meant for all of them.
    (
        Plane::Transport,
        Act::PushedMember(Verb::MemberRemove),
        &["application.provision.group_membership.remove", "application.provision.user.remove_entitlements"],
    ),
    (
        Plane::Transport,
        Act::None,
        &[
            "application.provision.user.verify_exists",
            "application.provision.user.import",
            "application.provision.user.import_profile",
            "application.provision.user.password",
            "application.provision.user.push_password",
            "application.provision.user.push_okta_password",
            "application.provision.user.delete.schedule",
            "application.provision.user.remove_entitlements.schedule",
            "application.provision.group.import",
            "application.provision.group.verify_exists",
            "application.provision.group_membership.import",
            "application.provision.integration.call_api",
            "application.integration.authentication_failure",
            "application.integration.rate_limit_exceeded",
            "application.integration.general_failure",
            "application.integration.api_query",
            "app.user_management",
            "app.user_management.push_new_user_success",
            "app.user_management.update_from_master_failed",
            "app.user_management.user_group_import.upsert_success",
            "app.user_management.user_group_import.upsert_fail",
            "app.user_management.user_group_import.delete_success",
            "app.user_management.user_group_import.create_failure",
            "app.user_management.user_group_import.update_failure",
            "app.app_instance.provision_sync_job.started",
            "app.app_instance.provision_sync_job.completed",
            "app.app_instance.provision_sync_job.failed",
        ],
    ),
];

/// Types of which Okta's catalogue says that they are logged when the push fails, and only then.
const FAILURE_ONLY: &[&str] = &[
    "application.provision.group.add",
    "application.provision.group.import",
    "application.provision.group.remove",
    "application.provision.group.update",
    "application.provision.group_membership.add",
    "application.provision.group_membership.import",
    "application.provision.group_membership.remove",
    "application.provision.group_membership.update",
    "application.provision.group_push.mapping.update.or.delete.failed",
    "application.provision.group_push.mapping.update.or.delete.failed.with.error",
    "application.integration.api_query",
    "application.integration.authentication_failure",
    "application.integration.general_failure",
    "application.integration.rate_limit_exceeded",
    "application.integration.transfer_files",
    "app.app_instance.provision_sync_job.failed",
];

/// Whether only failures are logged under this type.
pub(in crate::source::okta) fn is_failure_only(event_type: &str) -> bool {
    FAILURE_ONLY.contains(&event_type)
}
