package io.keymoot.runtime;

import java.io.DataInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jgroups.Address;
import org.jgroups.BaseMessage;
import org.jgroups.BatchMessage;
import org.jgroups.BytesMessage;
import org.jgroups.CompositeMessage;
import org.jgroups.EmptyMessage;
import org.jgroups.FragmentedMessage;
import org.jgroups.Header;
import org.jgroups.LongMessage;
import org.jgroups.Message;
import org.jgroups.MessageFactory;
import org.jgroups.NioMessage;
import org.jgroups.ObjectMessage;
import org.jgroups.View;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.AuthHeader;
import org.jgroups.protocols.DH_KEY_EXCHANGE;
import org.jgroups.protocols.EncryptHeader;
import org.jgroups.protocols.Frag3Header;
import org.jgroups.protocols.FragHeader;
import org.jgroups.protocols.relay.RelayHeader;
import org.jgroups.protocols.relay.SiteMaster;
import org.jgroups.protocols.relay.SiteUUID;
import org.jgroups.util.ByteArrayDataInputStream;
import org.jgroups.util.Digest;
import org.jgroups.util.ExtendedUUID;
import org.jgroups.util.MutableDigest;
import org.jgroups.util.ObjectWrapperSerializable;
import org.jgroups.util.SeqnoList;
import org.jgroups.util.SizeStreamable;
import org.jgroups.util.UUID;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * Messages as JGroups reads them in this JVM, once objects are forbidden.
 *
 * <p>JGroups' own object message creates whatever class it names, and deserialises what it carries,
 * while it is read, so a look at it afterwards comes too late. Its messages, headers and lists of
 * numbers allocate whatever length they claim. These do neither: what is made of some bytes is
 * never much more than the bytes that are there. JGroups' own protocols need a few objects of its
 * own, which are named here; RELAY3's and AUTH's headers are refused, for the first nest and the
 * second name classes.
 *
 * <p>Batches are not nested: nobody needs that but who would have a reader nest as deep.
 */
final class PlainMessages extends MessageFactory {
  /** Refused before their contents were read. */
  static final LongAdder REFUSED = new LongAdder();

  /** Where the input does not tell its length, as from a TCP connection. */
  private static final int STREAMED_BYTES = 16 << 20;

  /** Of a message, in whatever batch: its type, what it has, its flags, the count of headers. */
  private static final int LEAST_BYTES = Short.BYTES + 1 + Short.BYTES + Short.BYTES;

  /** A protocol puts one on each message, and no stack has so many. */
  private static final int HEADERS = 64;

  /** JGroups makes room for all of a message's fragments when it meets the first. */
  private static final int FRAGMENTS = 1_024;

  /** That one can ask for again at once, in bits: as many as a message of 64 kB has room for. */
  private static final int SEQNOS = 1 << 19;

  private static final byte HAS_DESTINATION = 1;
  private static final byte HAS_SOURCE = 2;

  private static final short SERIALISED =
      ClassConfigurator.getMagicNumber(ObjectWrapperSerializable.class);

  private static final short RELAY = ClassConfigurator.getMagicNumber(RelayHeader.class);
  private static final short AUTH = ClassConfigurator.getMagicNumber(AuthHeader.class);
  private static final short ENCRYPT = ClassConfigurator.getMagicNumber(EncryptHeader.class);
  private static final short KEY_EXCHANGE =
      ClassConfigurator.getMagicNumber(DH_KEY_EXCHANGE.DhHeader.class);

  private PlainMessages() {}

  static void install() {
    creators[Message.BYTES_MSG] = PlainBytes::new;
    creators[Message.NIO_MSG] = PlainBuffer::new;
    creators[Message.EMPTY_MSG] = PlainNothing::new;
    creators[Message.OBJ_MSG] = OwnObjects::new;
    creators[Message.LONG_MSG] = PlainLong::new;
    creators[Message.COMPOSITE_MSG] = PlainComposite::new;
    creators[Message.FRAG_MSG] = PlainFragment::new;
    creators[Message.EARLYBATCH_MSG] = PlainBatch::new;
  }

  // ---- what all messages have

  private static void read(BaseMessage into, DataInput in)
      throws IOException, ClassNotFoundException {
    byte has = in.readByte();
    into.setFlag(in.readShort(), false, false);
    if ((has & HAS_DESTINATION) != 0) {
      into.setDest(Util.readAddress(in));
    }
    if ((has & HAS_SOURCE) != 0) {
      into.setSrc(Util.readAddress(in));
    }
    into.headers(readHeaders(in));
    into.readPayload(in);
  }

  private static Header[] readHeaders(DataInput in) throws IOException, ClassNotFoundException {
    int count = in.readShort();
    if (count < 0 || count > HEADERS) {
      throw refused(count + " headers");
    }
    Header[] headers = new Header[count == 0 ? Util.DEFAULT_HEADERS : count];
    for (int i = 0; i < count; i++) {
      short protocol = in.readShort();
      headers[i] = readHeader(in).setProtId(protocol);
    }
    return headers;
  }

  private static Header readHeader(DataInput in) throws IOException, ClassNotFoundException {
    short kind = in.readShort();
    if (kind == RELAY
        || kind == AUTH
        || !(ClassConfigurator.<Object>create(kind) instanceof Header header)) {
      throw refused("a header of kind " + kind);
    }
    boolean hasLengths = kind == ENCRYPT || kind == KEY_EXCHANGE;
    header.readFrom(hasLengths ? new CheckedLengths(in) : in);
    if (header instanceof FragHeader part
        && (part.num_frags <= 0
            || part.num_frags > FRAGMENTS
            || part.frag_id < 0
            || part.frag_id >= part.num_frags)) {
      throw refused("fragment " + part.frag_id + " of " + part.num_frags);
    }
    if (header instanceof Frag3Header part
        && (part.getOriginalLength() < 0 || part.getOriginalLength() > STREAMED_BYTES)) {
      throw refused("a fragment of " + part.getOriginalLength() + " bytes");
    }
    return header;
  }

  // ---- each kind of them

  private static final class PlainNothing extends EmptyMessage {
    @Override
    public void readFrom(DataInput in) throws IOException, ClassNotFoundException {
      read(this, in);
    }
  }

  private static final class PlainLong extends LongMessage {
    @Override
    public void readFrom(DataInput in) throws IOException, ClassNotFoundException {
      read(this, in);
    }
  }

  private static final class PlainBytes extends BytesMessage {
    @Override
    public void readFrom(DataInput in) throws IOException, ClassNotFoundException {
      read(this, in);
    }

    @Override
    public void readPayload(DataInput in) throws IOException {
      byte[] read = readBytes(in);
      if (read != null) {
        setArray(read, 0, read.length);
      }
    }
  }

  private static final class PlainFragment extends FragmentedMessage {
    @Override
    public void readFrom(DataInput in) throws IOException, ClassNotFoundException {
      read(this, in);
    }

    @Override
    public void readPayload(DataInput in) throws IOException {
      byte[] read = readBytes(in);
      if (read != null) {
        array = read;
        length = read.length;
      }
    }
  }

  /** An object message whose object is one of JGroups' own, or nothing. */
  private static final class OwnObjects extends ObjectMessage {
    @Override
    public void readFrom(DataInput in) throws IOException, ClassNotFoundException {
      read(this, in);
    }

    @Override
    public void readPayload(DataInput in) throws IOException, ClassNotFoundException {
      if (in.readByte() == 0) {
        return;
      }
      short kind = in.readShort();
      SizeStreamable own = ownObject(kind);
      if (own != null) {
        own.readFrom(in);
        obj = own;
        return;
      }
      if (kind == SERIALISED) {
        // Its length is known, so what follows it in a batch need not suffer.
        REFUSED.increment();
        in.skipBytes(checkedLength(in, in.readInt()));
      } else {
        throw refused("an object of kind " + kind);
      }
    }
  }

  private static @Nullable SizeStreamable ownObject(short kind) throws ClassNotFoundException {
    if (kind == SEQNOS_KIND) {
      return new PlainSeqnos();
    }
    for (Class<?> type : OWN) {
      if (ClassConfigurator.getMagicNumber(type) == kind) {
        return ClassConfigurator.create(kind);
      }
    }
    return null;
  }

  private static final Class<?>[] OWN = {
    Digest.class,
    MutableDigest.class,
    View.class,
    UUID.class,
    ExtendedUUID.class,
    SiteUUID.class,
    SiteMaster.class
  };

  private static final short SEQNOS_KIND = ClassConfigurator.getMagicNumber(SeqnoList.class);

  /** JGroups' own makes a set of as many bits as it is told, and then looks whether they come. */
  private static final class PlainSeqnos extends SeqnoList {
    @Override
    public void readFrom(DataInput in) throws IOException {
      size = in.readInt();
      offset = in.readLong();
      if (size < 0 || size > SEQNOS) {
        throw refused("a list of " + size + " numbers");
      }
      int count = (size + Long.SIZE - 1) / Long.SIZE;
      words = new long[checkedLength(in, count * Long.BYTES) / Long.BYTES];
      for (int i = 0; i < count; i++) {
        words[i] = in.readLong();
      }
    }
  }

  private static final class PlainBuffer extends NioMessage {
    @Override
    public void readFrom(DataInput in) throws IOException, ClassNotFoundException {
      read(this, in);
    }

    @Override
    public void readPayload(DataInput in) throws IOException {
      boolean direct = in.readBoolean();
      byte[] read = readBytes(in);
      if (read != null) {
        useDirectMemory(direct);
        buf = ByteBuffer.wrap(read);
      }
    }
  }

  private static final class PlainComposite extends CompositeMessage {
    @Override
    public void readFrom(DataInput in) throws IOException, ClassNotFoundException {
      read(this, in);
    }

    @Override
    public void readPayload(DataInput in) throws IOException, ClassNotFoundException {
      msgs = readMessages(in, in.readInt(), getDest(), getSrc());
      index = msgs.length;
    }
  }

  private static final class PlainBatch extends BatchMessage {
    @Override
    public void readFrom(DataInput in) throws IOException, ClassNotFoundException {
      read(this, in);
    }

    @Override
    public void readPayload(DataInput in) throws IOException, ClassNotFoundException {
      int count = in.readInt();
      orig_src = Util.readAddress(in);
      msgs = readMessages(in, count, getDest(), orig_src);
      index = msgs.length;
    }
  }

  private static Message[] readMessages(
      DataInput in, int count, @Nullable Address to, @Nullable Address from)
      throws IOException, ClassNotFoundException {
    if (count > bytesLeft(in) / LEAST_BYTES) {
      throw refused("a batch of " + count + " messages");
    }
    List<Message> read = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      short kind = in.readShort();
      if (kind == Message.COMPOSITE_MSG || kind == Message.EARLYBATCH_MSG) {
        throw refused("a batch within a batch");
      }
      Message message = create(kind);
      message.setDest(to).setSrc(from);
      message.readFrom(in);
      read.add(message);
    }
    return read.toArray(Message[]::new);
  }

  // ---- lengths

  private static byte @Nullable [] readBytes(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    byte[] read = new byte[checkedLength(in, length)];
    in.readFully(read);
    return read;
  }

  private static int bytesLeft(DataInput in) {
    return in instanceof ByteArrayDataInputStream bytes
        ? bytes.limit() - bytes.position()
        : STREAMED_BYTES;
  }

  private static int checkedLength(DataInput in, int length) throws IOException {
    int most = bytesLeft(in);
    if (length < 0 || length > most) {
      throw refused(length + " bytes claimed where there may be " + most);
    }
    return length;
  }

  /** For headers whose only numbers of four bytes are lengths of what follows them. */
  private static final class CheckedLengths extends FilterDataInput {
    CheckedLengths(DataInput in) {
      super(in);
    }

    @Override
    public int readInt() throws IOException {
      return checkedLength(in, in.readInt());
    }
  }

  /**
   * Whether a bundle's count of messages can be: JGroups makes room for all when it meets the
   * first. The input is left where it was.
   */
  static boolean isPossibleBundle(ByteArrayDataInputStream in) {
    int begin = in.position();
    try {
      Util.readAddress(in); // to whom
      Util.readAddress(in); // from whom
      int name = in.readShort();
      in.skipBytes(Math.max(0, name));
      int count = in.readInt();
      if (count <= bytesLeft(in) / LEAST_BYTES) {
        return true;
      }
    } catch (IOException | ClassNotFoundException | RuntimeException malformed) {
      // Nor could JGroups read it.
    } finally {
      in.position(begin);
    }
    REFUSED.increment();
    return false;
  }

  /** All of a message from a connection. A claim alone makes no room: what has come does. */
  static byte[] readWhole(DataInput in, int length, int most) throws IOException {
    if (length < 0 || length > most) {
      throw refused(length + " bytes in one message over TCP");
    }
    byte[] read = new byte[Math.min(length, FIRST_BYTES)];
    in.readFully(read);
    while (read.length < length) {
      int had = read.length;
      read = Arrays.copyOf(read, Math.min(length, 2 * had));
      in.readFully(read, had, read.length - had);
    }
    return read;
  }

  private static final int FIRST_BYTES = 64 << 10;

  private static Refused refused(String what) {
    REFUSED.increment();
    return new Refused(what);
  }

  /** Without a stack trace: JGroups logs each, and a stranger can cause any number. */
  private static final class Refused extends IOException {
    Refused(String what) {
      super(what);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
