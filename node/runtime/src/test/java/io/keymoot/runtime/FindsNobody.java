package io.keymoot.runtime;

import java.util.List;
import org.jgroups.Address;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.Discovery;
import org.jgroups.util.Responses;

/** Discovery as where peers cannot find each other, though what one sends reaches the others. */
public final class FindsNobody extends Discovery {
  static {
    ClassConfigurator.addProtocol((short) 601, FindsNobody.class);
  }

  @Override
  public boolean isDynamic() {
    return false;
  }

  @Override
  protected void findMembers(List<Address> members, boolean first, Responses responses) {
    responses.done();
  }
}
