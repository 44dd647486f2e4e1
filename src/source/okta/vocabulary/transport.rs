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
        ],
    ),
    (
        Plane::Transport,
        Act::PushedGroup(Verb::GroupDelete),
        &["application.provision.group_push.removed", "application.provision.group.remove"],
    ),
    (Plane::Transport, Act::PushedGroup(Verb::GroupCreate), &["application.provision.group.add"]),
    (Plane::Transport, Act::PushedMember(Verb::MemberAdd), &["application.provision.group_membership.add"]),
    (Plane::Transport, Act::PushedMember(Verb::MemberRemove), &["application.provision.group_membership.remove"]),
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
            "application.provision.user.remove_entitlements",
            "application.provision.user.remove_entitlements.schedule",
            "application.provision.group.import",
            "application.provision.group.verify_exists",
            "application.provision.group_membership.update",
            "application.provision.group_membership.import",
            "application.provision.group_push.mapping.update.or.delete.failed",
            "application.provision.group_push.mapping.update.or.delete.failed.with.error",
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
