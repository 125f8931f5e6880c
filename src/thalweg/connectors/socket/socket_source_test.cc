#include <thread>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "thalweg/connectors/connector_fixture.h"

namespace thalweg::connectors {
namespace {

class SocketSourceTest : public ConnectorTest {
 protected:
  SocketSourceTest() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    socklen_t length = sizeof(address);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = std::to_string(ntohs(address.sin_port));
  }
  ~SocketSourceTest() override {
    if (peer_ >= 0) ::close(peer_);
    ::close(listener_);
  }

  std::unique_ptr<io::StreamSource> Connect() {
    auto source = Find("socket")
                      ->MakeStreamSource(Arguments(
                          {{"host", "127.0.0.1"}, {"port", port_}, {"includeTimestamp", "true"}}))
                      .ValueOrDie();
    peer_ = ::accept(listener_, nullptr, nullptr);
    return source;
  }
  void Send(const std::string& text) {
    EXPECT_EQ(::send(peer_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  static void AwaitOffset(io::StreamSource* source, const std::string& offset) {
    while (source->ReportLatestOffset().ValueOrDie() != offset) std::this_thread::yield();
  }

  int listener_;
  int peer_ = -1;
  std::string port_;
};

TEST_F(SocketSourceTest, CountsLines) {
  auto source = Connect();
  EXPECT_EQ(source->Description(), "TextSocketV2[host: 127.0.0.1, port: " + port_ + "]");
  EXPECT_EQ(source->LatestOffset({}, {}).ValueOrDie(), "-1");
  Send("hello\r\nwor");
  Send("ld\n");
  AwaitOffset(source.get(), "1");
  EXPECT_EQ(ReadRows(*source, source->PlanSplits("-1", "1").ValueOrDie()),
            (std::vector<std::string>{"hello,2023-11-14 22:13:20.000000Z",
                                      "world,2023-11-14 22:13:20.000000Z"}));
  ASSERT_TRUE(source->Commit("1").ok());
  Send("again\n");
  AwaitOffset(source.get(), "2");
  EXPECT_EQ(ReadRows(*source, source->PlanSplits("1", "2").ValueOrDie()).size(), 1u);
  EXPECT_TRUE(source->Stop().ok());
}

TEST_F(SocketSourceTest, LinesOfAnEarlierRunAreGone) {
  auto source = Connect();
  EXPECT_TRUE(source->PlanSplits("3", "5").ValueOrDie().empty());
  Send("new\n");
  AwaitOffset(source.get(), "6");
  EXPECT_EQ(ReadRows(*source, source->PlanSplits("5", "6").ValueOrDie()).size(), 1u);
}

TEST_F(SocketSourceTest, RefusesUnfitOptions) {
  auto provider = Find("socket");
  EXPECT_TRUE(
      IsCondition(provider->InferSchema(Arguments(), true).status(), "_LEGACY_ERROR_TEMP_1295"));
  EXPECT_TRUE(IsCondition(provider->InferSchema(Arguments({{"host", "a"}}), true).status(),
                          "_LEGACY_ERROR_TEMP_1296"));
  EXPECT_TRUE(IsCondition(
      provider
          ->InferSchema(Arguments({{"host", "a"}, {"port", "1"}, {"includeTimestamp", "q"}}), true)
          .status(),
      "_LEGACY_ERROR_TEMP_1297"));
  ::close(std::exchange(listener_, -1));
  const auto refused =
      provider->MakeStreamSource(Arguments({{"host", "127.0.0.1"}, {"port", port_}}));
  EXPECT_NE(refused.status().message().find("Connection refused"), std::string::npos);
}

}  // namespace
}  // namespace thalweg::connectors
