#include "thalweg/exec/small_input.h"

#include "thalweg/exec/exchange.h"

namespace thalweg::exec {

void SmallInput::BeginEpoch() {
  num_rows_.store(0);
  num_finished_ = 0;
}

Status SmallInput::FinishChannel() {
  if (++num_finished_ < channels_.size()) return Status::OK();
  const bool few = num_rows_.load() <= most_rows_;
  for (ExchangeChannel* channel : channels_) ARROW_RETURN_NOT_OK(channel->ReleaseHeld(few));
  for (ExchangeChannel* channel : channels_) ARROW_RETURN_NOT_OK(channel->FinishReceivers());
  return Status::OK();
}

}  // namespace thalweg::exec
