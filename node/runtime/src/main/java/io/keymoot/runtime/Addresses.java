package io.keymoot.runtime;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.peer.Address;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jgroups.util.ByteArrayDataInputStream;
import org.jgroups.util.ByteArrayDataOutputStream;
import org.jgroups.util.Util;

/** JGroups' addresses as they are written out, and read back. */
final class Addresses {
  /** What has been written out once: each message names its source. */
  private final Map<org.jgroups.Address, Address> written = new ConcurrentHashMap<>();

  /** Of a source; fails for one that cannot be used. */
  Address ofSource(org.jgroups.Address source) throws Exception {
    Address known = written.get(source);
    if (known == null) {
      known = write(source);
      if (written.size() >= RuntimeLimits.HEARD) {
        // Sources can be made up; then all are written out again, as often as that is done.
        written.clear();
      }
      written.put(source, known);
    }
    return known;
  }

  static Address write(org.jgroups.Address address) throws Exception {
    ByteArrayDataOutputStream out = new ByteArrayDataOutputStream(Address.MAX_BYTES);
    Util.writeAddress(address, out);
    return new Address(Bytes.of(out.buffer(), 0, out.position()));
  }

  static org.jgroups.Address read(Address address) throws Exception {
    byte[] written = address.value().toArray();
    org.jgroups.Address read = Util.readAddress(new ByteArrayDataInputStream(written));
    if (read == null) {
      throw new IllegalArgumentException("no address of JGroups: " + address);
    }
    return read;
  }
}
