#include "thalweg/exec/mailbox.h"

#include <thread>

#include <gtest/gtest.h>

namespace thalweg::exec {
namespace {

void Fill(Mailboxes* mailboxes, int worker) {
  for (int i = 0; i < 40; ++i) mailboxes->Send(worker, {i, false, {}});
}

TEST(MailboxTest, KeepsTheOrderOfEachWorkersMessages) {
  Mailboxes mailboxes(2);
  mailboxes.Send(0, {1, false, {}});
  mailboxes.Send(1, {2, false, {}});
  mailboxes.Send(0, {3, true, {}});
  EXPECT_EQ(mailboxes.Poll(0)->channel, 1);
  EXPECT_TRUE(mailboxes.Poll(0)->finished);
  EXPECT_FALSE(mailboxes.Poll(0).has_value());
  EXPECT_EQ(mailboxes.Poll(1)->channel, 2);
}

TEST(MailboxTest, NobodyWaitsForRoomButThoseWithNothingElseToDo) {
  Mailboxes mailboxes(3);
  EXPECT_FALSE(mailboxes.MustWaitForRoom(0));
  Fill(&mailboxes, 1);
  EXPECT_TRUE(mailboxes.MustWaitForRoom(0));
  EXPECT_FALSE(mailboxes.MustWaitForRoom(1));
  mailboxes.Send(2, {0, false, {}});
  EXPECT_FALSE(mailboxes.MustWaitForRoom(2));
  // Two full queues: the emptying of one makes no room yet.
  Fill(&mailboxes, 2);
  while (mailboxes.Poll(2)) {
  }
  EXPECT_TRUE(mailboxes.MustWaitForRoom(0));
  while (mailboxes.Poll(1)) {
  }
  EXPECT_FALSE(mailboxes.MustWaitForRoom(0));
}

TEST(MailboxTest, RoomAndMessagesEndTheWaitForRoom) {
  Mailboxes mailboxes(3);
  Fill(&mailboxes, 0);
  std::thread for_room([&] { mailboxes.WaitForRoom(1); });
  std::thread for_message([&] { mailboxes.WaitForRoom(2); });
  mailboxes.Send(2, {7, false, {}});
  for_message.join();
  EXPECT_EQ(mailboxes.Poll(2)->channel, 7);
  while (mailboxes.Poll(0)) {
  }
  for_room.join();
}

TEST(MailboxTest, WakeEndsAllWaitsUntilReset) {
  Mailboxes mailboxes(3);
  Fill(&mailboxes, 0);
  std::thread for_room([&] { mailboxes.WaitForRoom(1); });
  std::thread for_message([&] { EXPECT_FALSE(mailboxes.WaitForMessage(2)); });
  mailboxes.Wake();
  for_room.join();
  for_message.join();
  EXPECT_FALSE(mailboxes.MustWaitForRoom(1));
  mailboxes.Reset();
  EXPECT_FALSE(mailboxes.Poll(0).has_value());
  EXPECT_FALSE(mailboxes.MustWaitForRoom(1));
  Fill(&mailboxes, 0);
  EXPECT_TRUE(mailboxes.MustWaitForRoom(1));
}

}  // namespace
}  // namespace thalweg::exec
