package io.keymoot.admission.authority;

import io.keymoot.admission.certificate.AlternativeNames;
import io.keymoot.admission.certificate.Name;
import io.keymoot.flatkeying.wire.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** Our names in the library's types. */
final class DistinguishedNames {
  private DistinguishedNames() {}

  static X500Name of(Optional<String> organisation, String commonName) {
    X500NameBuilder builder = new X500NameBuilder(BCStyle.INSTANCE);
    organisation.ifPresent(name -> builder.addRDN(BCStyle.O, name));
    return builder.addRDN(BCStyle.CN, commonName).build();
  }

  /** Byte for byte: a chain links by the bytes of names. */
  static X500Name of(Name name) {
    return X500Name.getInstance(name.der().toArray());
  }

  static Optional<GeneralNames> of(AlternativeNames names) {
    List<GeneralName> all = new ArrayList<>();
    names
        .uris()
        .forEach(uri -> all.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
    names.dns().forEach(dns -> all.add(new GeneralName(GeneralName.dNSName, dns)));
    names.emails().forEach(email -> all.add(new GeneralName(GeneralName.rfc822Name, email)));
    names.addresses().forEach(ip -> all.add(address(ip)));
    names.directory().forEach(name -> all.add(new GeneralName(of(name))));
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(new GeneralNames(all.toArray(GeneralName[]::new)));
  }

  private static GeneralName address(Bytes octets) {
    ASN1OctetString value = new DEROctetString(octets.toArray());
    return new GeneralName(GeneralName.iPAddress, value);
  }

  static Bytes encoded(ASN1Encodable value) {
    try {
      return Bytes.owning(value.toASN1Primitive().getEncoded("DER"));
    } catch (IOException e) {
      throw new IllegalStateException("what was built here has an encoding", e);
    }
  }
}
