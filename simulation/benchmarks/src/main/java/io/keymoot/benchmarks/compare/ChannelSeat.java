package io.keymoot.benchmarks.compare;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.protocols.ASYM_ENCRYPT;
import org.jgroups.protocols.Encrypt;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FRAG2;
import org.jgroups.protocols.LOCAL_PING;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.SHARED_LOOPBACK;
import org.jgroups.protocols.SHARED_LOOPBACK_PING;
import org.jgroups.protocols.SYM_ENCRYPT;
import org.jgroups.protocols.TP;
import org.jgroups.protocols.UDP;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;

/**
 * A JGroups channel in this JVM: plain, or with one of JGroups' own encryptions where its shipped
 * stacks have it, below NAKACK2.
 */
final class ChannelSeat implements Seat {
  enum Encryption {
    NONE,
    SYMMETRIC,
    ASYMMETRIC
  }

  private static final int IV_BYTES = 16;

  /** As ours; as shipped, ASYM_ENCRYPT has 128. */
  private static final int KEY_BITS = 256;

  /** What SYM_ENCRYPT's users put into a keystore on each machine. */
  private static final SecretKey HAND_MADE = handMade();

  private final JChannel channel;
  private final String cluster;
  private final Encryption encryption;

  ChannelSeat(String cluster, Encryption encryption, boolean overDatagrams) throws Exception {
    this.cluster = cluster;
    this.encryption = encryption;
    this.channel = open(encryption, overDatagrams);
    channel.setDiscardOwnMessages(true);
  }

  private static SecretKey handMade() {
    byte[] key = new byte[KEY_BITS / 8];
    new SecureRandom().nextBytes(key);
    return new SecretKeySpec(key, "AES");
  }

  private static JChannel open(Encryption encryption, boolean overDatagrams) throws Exception {
    TP transport = overDatagrams ? new UDP().setMulticasting(false) : new SHARED_LOOPBACK();
    transport.setBindAddress(InetAddress.getLoopbackAddress());
    List<Protocol> stack = new ArrayList<>();
    stack.add(transport);
    stack.add(new ByteCount());
    stack.add(overDatagrams ? new LOCAL_PING() : new SHARED_LOOPBACK_PING());
    stack.add(new MERGE3().setMinInterval(2_000).setMaxInterval(5_000));
    stack.add(new FD_ALL3());
    stack.add(new VERIFY_SUSPECT2());
    encrypting(encryption).ifPresent(stack::add);
    stack.add(new NAKACK2());
    stack.add(new UNICAST3());
    stack.add(new STABLE());
    GMS membership = new GMS().setJoinTimeout(2_000);
    membership.printLocalAddress(false);
    stack.add(membership);
    stack.add(new UFC());
    stack.add(new MFC());
    stack.add(new FRAG2());
    JChannel channel = new JChannel(stack);
    transport.getDiagnosticsHandler().setEnabled(false);
    return channel;
  }

  private static Optional<Encrypt<?>> encrypting(Encryption encryption) {
    return switch (encryption) {
      case NONE -> Optional.empty();
      case SYMMETRIC -> {
        SYM_ENCRYPT protocol = new SYM_ENCRYPT().setSecretKey(HAND_MADE);
        protocol.symAlgorithm("AES/CBC/PKCS5Padding").symIvLength(IV_BYTES);
        yield Optional.of(protocol);
      }
      case ASYMMETRIC -> {
        ASYM_ENCRYPT protocol = new ASYM_ENCRYPT().setChangeKeyOnLeave(true);
        protocol.setKeyStoreEntry(RsaKeys.next());
        protocol
            .symKeylength(KEY_BITS)
            .symAlgorithm("AES/CBC/PKCS5Padding")
            .symIvLength(IV_BYTES)
            .asymKeylength(RsaKeys.BITS)
            .asymAlgorithm("RSA");
        yield Optional.of(protocol);
      }
    };
  }

  @Override
  public void connect() throws Exception {
    channel.connect(cluster);
  }

  @Override
  public void onMessage(Consumer<byte[]> receiver) {
    channel.setReceiver(
        new Receiver() {
          @Override
          public void receive(Message message) {
            byte[] copy = new byte[message.getLength()];
            ByteBuffer.wrap(message.getArray(), message.getOffset(), copy.length).get(copy);
            receiver.accept(copy);
          }
        });
  }

  @Override
  public boolean send(byte[] message) throws Exception {
    channel.send(new BytesMessage(null, message));
    return true;
  }

  @Override
  public String key() {
    View view = channel.getView();
    if (view == null) {
      return "";
    }
    Encrypt<?> protocol = channel.getProtocolStack().findProtocol(Encrypt.class);
    return switch (encryption) {
      case ASYMMETRIC -> {
        byte[] version = protocol == null ? null : protocol.symVersion();
        yield version == null ? "" : HexFormat.of().formatHex(version);
      }
      case NONE, SYMMETRIC -> view.getViewId().toString();
    };
  }

  @Override
  public int members() {
    View view = channel.getView();
    return view == null ? 0 : view.size();
  }

  @Override
  public void leave() {
    channel.close();
  }

  @Override
  public void close() {
    channel.close();
  }
}
