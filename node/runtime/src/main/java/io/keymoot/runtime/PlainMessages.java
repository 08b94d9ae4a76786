package io.keymoot.runtime;

import java.io.DataInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jgroups.Address;
import org.jgroups.BatchMessage;
import org.jgroups.BytesMessage;
import org.jgroups.CompositeMessage;
import org.jgroups.FragmentedMessage;
import org.jgroups.Message;
import org.jgroups.MessageFactory;
import org.jgroups.NioMessage;
import org.jgroups.ObjectMessage;
import org.jgroups.View;
import org.jgroups.conf.ClassConfigurator;
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
 * while it is read, so a look at it afterwards comes too late. Its byte messages allocate whatever
 * length they claim. These do neither. JGroups' own protocols need a few objects of its own, which
 * are named here; RELAY3's are among them.
 */
final class PlainMessages extends MessageFactory {
  /** Refused before their contents were read. */
  static final LongAdder REFUSED = new LongAdder();

  /** Where the input does not tell its length, as from a TCP connection. */
  private static final int STREAMED_BYTES = 16 << 20;

  private static final short SERIALISED =
      ClassConfigurator.getMagicNumber(ObjectWrapperSerializable.class);

  private PlainMessages() {}

  static void install() {
    creators[Message.BYTES_MSG] = PlainBytes::new;
    creators[Message.FRAG_MSG] = PlainFragment::new;
    creators[Message.NIO_MSG] = PlainBuffer::new;
    creators[Message.OBJ_MSG] = OwnObjects::new;
    creators[Message.COMPOSITE_MSG] = PlainComposite::new;
    creators[Message.EARLYBATCH_MSG] = PlainBatch::new;
  }

  private static final class PlainBytes extends BytesMessage {
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
      REFUSED.increment();
      if (kind == SERIALISED) {
        // Its length is known, so what follows it in a batch need not suffer.
        in.skipBytes(checkedLength(in, in.readInt()));
      } else {
        throw new Refused("an object of kind " + kind);
      }
    }
  }

  private static @Nullable SizeStreamable ownObject(short kind) throws ClassNotFoundException {
    for (Class<?> type : OWN) {
      if (ClassConfigurator.getMagicNumber(type) == kind) {
        return ClassConfigurator.create(kind);
      }
    }
    return null;
  }

  private static final Class<?>[] OWN = {
    SeqnoList.class,
    Digest.class,
    MutableDigest.class,
    View.class,
    UUID.class,
    ExtendedUUID.class,
    SiteUUID.class,
    SiteMaster.class
  };

  private static final class PlainBuffer extends NioMessage {
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
    public void readPayload(DataInput in) throws IOException, ClassNotFoundException {
      msgs = readMessages(in, in.readInt(), getDest(), getSrc());
      index = msgs.length;
    }
  }

  private static final class PlainBatch extends BatchMessage {
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
    if (count <= 0) {
      return new Message[0];
    }
    Message[] read = new Message[checkedLength(in, count)];
    for (int i = 0; i < count; i++) {
      Message message = create(in.readShort());
      message.setDest(to).setSrc(from);
      message.readFrom(in);
      read[i] = message;
    }
    return read;
  }

  private static byte @Nullable [] readBytes(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    byte[] read = new byte[checkedLength(in, length)];
    in.readFully(read);
    return read;
  }

  private static int checkedLength(DataInput in, int length) throws IOException {
    int most =
        in instanceof ByteArrayDataInputStream bytes
            ? bytes.limit() - bytes.position()
            : STREAMED_BYTES;
    if (length < 0 || length > most) {
      REFUSED.increment();
      throw new Refused(length + " bytes claimed where there may be " + most);
    }
    return length;
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
