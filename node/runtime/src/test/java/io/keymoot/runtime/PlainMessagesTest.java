package io.keymoot.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jgroups.BytesMessage;
import org.jgroups.CompositeMessage;
import org.jgroups.Header;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.ObjectMessage;
import org.jgroups.Version;
import org.jgroups.blocks.cs.NioServer;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.AuthHeader;
import org.jgroups.protocols.EncryptHeader;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.protocols.Frag3Header;
import org.jgroups.protocols.FragHeader;
import org.jgroups.protocols.TP;
import org.jgroups.protocols.relay.RelayHeader;
import org.jgroups.stack.Protocol;
import org.jgroups.util.ByteArrayDataInputStream;
import org.jgroups.util.ByteArrayDataOutputStream;
import org.jgroups.util.SeqnoList;
import org.jgroups.util.UUID;
import org.jgroups.util.Util;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes of somebody who proves nothing, as JGroups' threads would read them. */
class PlainMessagesTest {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Far more than reading some tens of kilobytes takes, far less than what they would claim. */
  private static final long MODEST_BYTES = 1 << 20;

  private static final int DATAGRAM = 65_000;

  /** A quarter of what the bundle would claim. JGroups logs on this thread, too. */
  private static final long BUNDLE_BYTES = 16 << 20;

  @BeforeAll
  static void install() {
    Deserialisation.FORBIDDEN_IN_JGROUPS.enforce();
  }

  private interface Writing {
    void to(DataOutput out) throws Exception;
  }

  private static byte[] written(Writing writing) throws Exception {
    ByteArrayDataOutputStream out = new ByteArrayDataOutputStream(64, true);
    writing.to(out);
    return Arrays.copyOf(out.buffer(), out.position());
  }

  /** A message's type and what all of them begin with; what follows is its payload. */
  private static void head(DataOutput out, short type) throws IOException {
    out.writeShort(type);
    out.writeByte(0);
    out.writeShort(0);
    out.writeShort(0);
  }

  private static void headWithHeader(DataOutput out, Class<?> header) throws IOException {
    out.writeShort(Message.EMPTY_MSG);
    out.writeByte(0);
    out.writeShort(0);
    out.writeShort(1);
    out.writeShort(7);
    out.writeShort(ClassConfigurator.getMagicNumber(header));
  }

  private static Message read(byte[] bytes) throws Exception {
    return Util.readMessage(new ByteArrayDataInputStream(bytes));
  }

  private static byte[] written(Message message) throws Exception {
    return written(
        out -> {
          out.writeShort(message.getType());
          message.writeTo(out);
        });
  }

  private static void assertRefusedCheaply(byte[] bytes) {
    long before = PlainMessages.REFUSED.sum();
    assertFailsCheaply(() -> read(bytes));
    assertThat(PlainMessages.REFUSED.sum()).isGreaterThan(before);
  }

  private interface Reading {
    void read() throws Exception;
  }

  private static void assertFailsCheaply(Reading reading) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Throwable thrown = null;
    try {
      reading.read();
    } catch (Throwable failure) {
      thrown = failure;
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(thrown).isInstanceOf(IOException.class);
    assertThat(allocated).isLessThan(MODEST_BYTES);
  }

  private static DataInputStream stream(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }

  // ---- batches

  /** Each level claims as many as the bytes behind it: together that is a square of them. */
  @Test
  void batchesWithinBatchesAreRefusedHoweverManyTheyClaim() throws Exception {
    for (short kind : new short[] {Message.COMPOSITE_MSG, Message.EARLYBATCH_MSG}) {
      assertRefusedCheaply(
          written(
              out -> {
                for (int left = DATAGRAM; left > 100; left -= 14) {
                  head(out, kind);
                  out.writeInt((left - 100) / 20);
                  if (kind == Message.EARLYBATCH_MSG) {
                    Util.writeAddress(null, out);
                  }
                }
              }));
    }
  }

  @Test
  void aBatchOfMoreMessagesThanTheBytesCanHoldIsRefused() throws Exception {
    assertRefusedCheaply(
        written(
            out -> {
              head(out, Message.COMPOSITE_MSG);
              out.writeInt(DATAGRAM / 2);
              out.write(new byte[DATAGRAM]);
            }));
  }

  /** From a stream the length is not known, so only what comes may take room. */
  @Test
  void aBatchFromAStreamTakesNoMoreRoomThanWhatComes() throws Exception {
    byte[] bytes =
        written(
            out -> {
              head(out, Message.COMPOSITE_MSG);
              out.writeInt(2 << 20);
            });
    assertFailsCheaply(() -> Util.readMessage(stream(bytes)));
  }

  @Test
  void aBatchOfMessagesIsRead() throws Exception {
    Message batch =
        new CompositeMessage(
            null, new BytesMessage(null, new byte[] {1}), new BytesMessage(null, new byte[] {2}));
    Message back = read(written(batch));
    assertThat(((CompositeMessage) back).getNumberOfMessages()).isEqualTo(2);
  }

  /** JGroups' own bundle of messages, whose count it believes. */
  @Test
  void aBundleThatCountsMoreThanItHoldsIsRefusedByTheStacksThatAreShipped() throws Exception {
    byte[] packet =
        written(
            out -> {
              out.writeShort(Version.version);
              out.writeByte(1); // a bundle
              Util.writeAddress(null, out);
              Util.writeAddress(UUID.randomUUID(), out);
              out.writeShort(-1);
              out.writeInt(16 << 20);
              head(out, Message.EMPTY_MSG);
            });
    for (TP transport : new TP[] {new PlainStack.Udp(), new PlainStack.Tcp()}) {
      long before = PlainMessages.REFUSED.sum();
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      transport.receive(UUID.randomUUID(), packet, 0, packet.length);
      long used = THREADS.getCurrentThreadAllocatedBytes() - allocated;
      assertThat(used).isLessThan(BUNDLE_BYTES);
      assertThat(PlainMessages.REFUSED.sum()).isGreaterThan(before);
    }
  }

  /** A connection over TCP that claims much and sends little. */
  @Test
  void aLengthThatATcpConnectionClaimsMakesNoRoom() throws Exception {
    PlainStack.Tcp transport = new PlainStack.Tcp();
    for (int claimed : new int[] {RuntimeLimits.TCP_MESSAGE_BYTES, Integer.MAX_VALUE, -1}) {
      assertFailsCheaply(() -> transport.receive(UUID.randomUUID(), stream(new byte[10]), claimed));
    }
    byte[] sent = new byte[200_000];
    sent[150_000] = 7;
    assertThat(PlainMessages.readWhole(stream(sent), sent.length, sent.length)).isEqualTo(sent);
  }

  @Test
  void theShippedStacksHaveProtocolsThatBelieveNoLengthAndAreJgroupsOwnOnTheWire(
      @TempDir Path folder) throws Exception {
    InetAddress here = InetAddress.getLoopbackAddress();
    ClusterStack udp = ClusterStack.udp(here, new InetSocketAddress("239.75.77.9", 45_577));
    ClusterStack tcp =
        ClusterStack.tcp(new InetSocketAddress(here, 0), ClusterStack.Discovery.files(folder));
    try (JChannel one = udp.open("any");
        JChannel other = tcp.open("any")) {
      Protocol first = one.getProtocolStack().getTransport();
      Protocol second = other.getProtocolStack().getTransport();
      assertThat(first).isInstanceOf(PlainStack.Udp.class);
      assertThat(first.getId()).isEqualTo(ClassConfigurator.getProtocolId(TP.class));
      assertThat(second).isInstanceOf(PlainStack.Tcp.class);
      assertThat(second.getId()).isEqualTo(ClassConfigurator.getProtocolId(TP.class));
      for (JChannel channel : List.of(one, other)) {
        FD_SOCK2 sockets = channel.getProtocolStack().findProtocol(FD_SOCK2.class);
        assertThat(sockets.getId()).isEqualTo(ClassConfigurator.getProtocolId(FD_SOCK2.class));
        try (NioServer server = ((PlainStack.FailureSockets) sockets).createServer(new int[] {0})) {
          assertThat(server.getMaxLength()).isEqualTo(RuntimeLimits.FAILURE_WORD_BYTES);
        }
      }
    }
  }

  // ---- objects

  @Test
  void aListOfNumbersThatAreNotThereIsRefused() throws Exception {
    for (int size : new int[] {1 << 26, SEQNOS_OF_A_DATAGRAM, Integer.MAX_VALUE, -5}) {
      byte[] claim =
          written(
              out -> {
                head(out, Message.OBJ_MSG);
                out.writeByte(1);
                out.writeShort(ClassConfigurator.getMagicNumber(SeqnoList.class));
                out.writeInt(size);
                out.writeLong(1);
                out.writeLong(-1);
              });
      assertRefusedCheaply(claim);
      assertFailsCheaply(() -> Util.readMessage(stream(claim)));
    }
  }

  private static final int SEQNOS_OF_A_DATAGRAM = 8 * DATAGRAM;

  @Test
  void aListOfNumbersOfAWholeWindowIsRead() throws Exception {
    SeqnoList asked = new SeqnoList(4_096, 100).add(100, 2_000, 4_195);
    Message back = read(written(new ObjectMessage(null, asked)));
    SeqnoList heard = back.getObject();
    assertThat(heard).containsExactly(100L, 2_000L, 4_195L);
    assertThat(heard.size()).isEqualTo(3);
  }

  // ---- headers

  @Test
  void aHeaderThatNestsOthersIsRefused() throws Exception {
    assertRefusedCheaply(
        written(
            out -> {
              headWithHeader(out, RelayHeader.class);
              out.writeByte(0);
              out.writeBoolean(false);
              Util.writeAddress(null, out);
              Util.writeAddress(null, out);
              out.writeInt(1 << 24);
              out.writeByte(0);
            }));
  }

  public static final class NamedToken {
    static volatile boolean made;

    public NamedToken() {
      made = true;
    }
  }

  @Test
  void aHeaderThatNamesAClassIsRefused() throws Exception {
    assertRefusedCheaply(
        written(
            out -> {
              headWithHeader(out, AuthHeader.class);
              out.writeByte(1);
              out.writeShort(-1);
              out.writeUTF(NamedToken.class.getName());
            }));
    assertThat(NamedToken.made).isFalse();
  }

  @Test
  void lengthsThatAHeaderClaimsMustBeThere() throws Exception {
    assertRefusedCheaply(
        written(
            out -> {
              headWithHeader(out, EncryptHeader.class);
              out.writeByte(0);
              out.writeBoolean(false);
              out.writeByte(1);
              out.writeInt(64 << 20);
            }));
    EncryptHeader real =
        new EncryptHeader((byte) 1, "version".getBytes(StandardCharsets.US_ASCII), new byte[12]);
    EncryptHeader back = withHeader(real).getHeader((short) 7);
    assertThat(back.version()).isEqualTo(real.version());
    assertThat(back.iv()).hasSize(12);
  }

  private static Message withHeader(Header header) throws Exception {
    Message message = new BytesMessage(null, new byte[] {1}).putHeader((short) 7, header);
    return read(written(message));
  }

  /** For the first of them JGroups makes room for all. */
  @Test
  void moreFragmentsThanAMessageHasAreRefused() throws Exception {
    for (FragHeader claimed :
        new FragHeader[] {
          new FragHeader(1, 0, 1 << 24), new FragHeader(1, 5, 5), new FragHeader(1, -1, 5)
        }) {
      assertThatThrownBy(() -> withHeader(claimed)).isInstanceOf(IOException.class);
    }
    assertThatThrownBy(() -> withHeader(new Frag3Header(1, 0, 2, 1 << 30, 0)))
        .isInstanceOf(IOException.class);
    FragHeader back = withHeader(new FragHeader(1, 51, 52)).getHeader((short) 7);
    assertThat(back.num_frags).isEqualTo(52);
  }

  @Test
  void moreHeadersThanAnyStackPutsOnAMessageAreRefused() throws Exception {
    for (int count : new int[] {Short.MAX_VALUE, -1, 65}) {
      assertRefusedCheaply(
          written(
              out -> {
                out.writeShort(Message.EMPTY_MSG);
                out.writeByte(0);
                out.writeShort(0);
                out.writeShort(count);
              }));
    }
  }

  /** Whatever has a number in JGroups' table can be named where a header is due. */
  @Test
  void whatIsNoHeaderIsRefusedWhereAHeaderIsDue() throws Exception {
    assertRefusedCheaply(written(out -> headWithHeader(out, SeqnoList.class)));
  }
}
