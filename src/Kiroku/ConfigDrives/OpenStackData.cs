using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.ConfigDrives;

/// <summary>The files below <c>openstack/</c>. Each version adds files or keys to the one before.</summary>
internal static class OpenStackData
{
    private const string Folsom = "2012-08-10";
    private const string Grizzly = "2013-04-04";
    private const string Havana = "2013-10-17";
    private const string Liberty = "2015-10-15";
    private const string NewtonOne = "2016-06-30";
    private const string NewtonTwo = "2016-10-06";
    private const string Ocata = "2017-02-22";
    private const string Rocky = "2018-08-27";
    private const string Victoria = "2020-10-14";

    /// <summary>The names sort in order of release; "latest" sorts last.</summary>
    public static readonly string[] Versions =
        [Folsom, Grizzly, Havana, Liberty, NewtonOne, NewtonTwo, Ocata, Rocky, Victoria, "latest"];

    public static IEnumerable<(string Name, byte[] Content)> Files(GuestFacts guest, string version)
    {
        yield return ("meta_data.json", JsonResponse.ToBytes(json => WriteMetadata(json, guest, version)));
        if (guest.UserData is { } data)
            yield return ("user_data", data);
        if (Has(version, Havana))
            yield return ("vendor_data.json", "{}"u8.ToArray());
        if (Has(version, Liberty))
            yield return ("network_data.json", JsonResponse.ToBytes(json => WriteNetwork(json, guest)));
        if (Has(version, NewtonTwo))
            yield return ("vendor_data2.json", """{"static":{}}"""u8.ToArray());
    }

    /// <summary>The content of the guest's files, by where the metadata says that it is.</summary>
    public static IEnumerable<(string Place, byte[] Content)> Content(GuestFacts guest)
        => guest.Files.Select((file, index) => (PlaceOf(index), file.Content));

    private static string PlaceOf(int index) => string.Create(CultureInfo.InvariantCulture, $"/content/{index:0000}");

    private static bool Has(string version, string since) => string.CompareOrdinal(version, since) >= 0;

    private static void WriteMetadata(Utf8JsonWriter json, GuestFacts guest, string version)
    {
        json.WriteStartObject();
        json.WriteString("uuid", guest.Id);
        WriteGiven(json, guest);
        json.WriteString("hostname", guest.Hostname);
        json.WriteString("name", guest.Name);
        json.WriteNumber("launch_index", guest.LaunchIndex);
        json.WriteString("availability_zone", guest.Zone);
        if (Has(version, Grizzly))
            json.WriteBase64String("random_seed", RandomNumberGenerator.GetBytes(512));
        if (Has(version, Liberty))
            json.WriteString("project_id", guest.ProjectId);
        if (Has(version, NewtonOne))
            WriteDevices(json, guest, version);
        if (Has(version, Victoria))
            WriteEmptyArray(json, "dedicated_cpus");
        json.WriteEndObject();
    }

    /// <summary>
    /// Writes the devices that have a tag, of which there is the network card. Its place on a bus is libvirt's choice,
    /// made later; the guest finds the card by its MAC address.
    /// </summary>
    private static void WriteDevices(Utf8JsonWriter json, GuestFacts guest, string version)
    {
        json.WriteStartArray("devices");
        if (guest is { CardTag: { } tag, MacAddress: { } address })
        {
            json.WriteStartObject();
            if (Has(version, Rocky))
                json.WriteBoolean("vf_trusted", false);
            json.WriteString("type", "nic");
            json.WriteString("mac", address);
            json.WriteString("bus", "none");
            json.WriteString("address", "none");
            json.WriteStartArray("tags");
            json.WriteStringValue(tag);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Writes what the server's creator supplied: metadata, password and key.</summary>
    private static void WriteGiven(Utf8JsonWriter json, GuestFacts guest)
    {
        if (guest.Metadata.Count > 0)
        {
            json.WriteStartObject("meta");
            foreach (var (name, value) in guest.Metadata)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        WriteFiles(json, guest);
        if (guest.AdminPass is { } password)
            json.WriteString("admin_pass", password);
        if (guest.Key is not var (key, type, text))
            return;
        json.WriteStartObject("public_keys");
        json.WriteString(key, text);
        json.WriteEndObject();
        json.WriteStartArray("keys");
        json.WriteStartObject();
        json.WriteString("name", key);
        json.WriteString("type", type);
        json.WriteString("data", text);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteFiles(Utf8JsonWriter json, GuestFacts guest)
    {
        if (guest.Files.Count == 0)
            return;
        json.WriteStartArray("files");
        foreach (var (index, file) in guest.Files.Index())
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteString("content_path", PlaceOf(index));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Writes the network card, which gets its address by DHCP.</summary>
    private static void WriteNetwork(Utf8JsonWriter json, GuestFacts guest)
    {
        json.WriteStartObject();
        json.WriteStartArray("links");
        if (guest.MacAddress is { } address)
        {
            json.WriteStartObject();
            json.WriteString("id", "interface0");
            json.WriteString("type", "phy");
            json.WriteString("ethernet_mac_address", address);
            json.WriteNull("mtu");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("networks");
        if (guest.MacAddress is not null)
        {
            json.WriteStartObject();
            json.WriteString("id", "network0");
            json.WriteString("type", "ipv4_dhcp");
            json.WriteString("link", "interface0");
            json.WriteString("network_id", "network0");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteEmptyArray(json, "services");
        json.WriteEndObject();
    }

    private static void WriteEmptyArray(Utf8JsonWriter json, string key)
    {
        json.WriteStartArray(key);
        json.WriteEndArray();
    }
}
