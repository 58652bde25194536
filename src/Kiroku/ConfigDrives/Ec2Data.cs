using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.ConfigDrives;

/// <summary>
/// The files below <c>ec2/</c>, for guests that know only EC2 (nova/api/metadata/base.py, get_ec2_metadata).
/// </summary>
internal static class Ec2Data
{
    /// <summary>The versions that Nova writes by default; it skips the others ([api]
    /// config_drive_skip_versions).</summary>
    public static readonly string[] Versions = ["2009-04-04", "latest"];

    public static byte[] Write(GuestFacts guest) => JsonResponse.ToBytes(json =>
    {
        json.WriteStartObject();
        json.WriteString("ami-id", $"ami-{Short(guest.ImageId)}");
        json.WriteNumber("ami-launch-index", guest.LaunchIndex);
        json.WriteString("ami-manifest-path", "FIXME");
        json.WriteString("instance-id", $"i-{Short(guest.Id.ToString())}");
        json.WriteString("hostname", guest.Hostname);
        json.WriteNull("local-ipv4");
        json.WriteString("reservation-id", guest.ReservationId);
        json.WriteStartArray("security-groups");
        json.WriteStringValue("default");
        json.WriteEndArray();
        WriteKey(json, guest.Key);
        json.WriteString("local-hostname", guest.Hostname);
        json.WriteString("public-hostname", guest.Hostname);
        json.WriteString("public-ipv4", "");
        json.WriteString("instance-type", guest.FlavorName);
        json.WriteStartObject("block-device-mapping");
        json.WriteString("ami", "vda");
        json.WriteString("root", "/dev/vda");
        json.WriteEndObject();
        json.WriteStartObject("placement");
        json.WriteString("availability-zone", guest.Zone);
        json.WriteEndObject();
        json.WriteString("instance-action", "none");
        json.WriteEndObject();
    });

    private static void WriteKey(Utf8JsonWriter json, GuestKey? key)
    {
        if (key is null)
            return;
        json.WriteStartObject("public-keys");
        json.WriteStartObject("0");
        json.WriteString("openssh-key", key.PublicKey);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Eight hex digits, as EC2's ids had.</summary>
    private static string Short(string id) => id.Replace("-", "", StringComparison.Ordinal)[..8];
}
