#pragma once

// What tells a client's frames apart, for persist().

#include <string>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/session/persisted_rows.h"

namespace thalweg::connect {

/// A text that says what `relation` reads and does, the same for every plan that does it in the
/// same way: the ids of frames and where in a program they were made do not count. It begins with
/// PersistedRows::KindPrefix() of rel_type.
std::string FrameKey(const Translator& translator, const proto::Relation& relation);

/// What persist() of `relation` keeps: a table or view that is read as it stands is the entry of
/// the catalog, everything else is a frame.
Result<session::PersistTarget> PersistTargetOf(const Translator& translator,
                                               const proto::Relation& relation);

/// Tells the session that `translated` is what `relation` became, if it may be kept.
void BindFrame(const Translator& translator, const proto::Relation& relation,
               const RelationPtr& translated);

}  // namespace thalweg::connect
