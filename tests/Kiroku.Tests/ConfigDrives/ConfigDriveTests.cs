using System.Text;
using System.Text.Json.Nodes;
using Kiroku.ConfigDrives;

namespace Kiroku.Tests.ConfigDrives;

public sealed class ConfigDriveTests
{
    private const string Script = "#!/bin/sh\necho ünïcode > /tmp/x\n";

    private static readonly GuestFacts Guest = new()
    {
        Id = Guid.Parse("83679162-1378-4288-a2d4-70e13ec132aa"),
        Name = "Käfer \"eins\"",
        Hostname = "kfer-eins",
        ProjectId = "f7ac731cc11f40efbc03a9f9e1d1d21f",
        ImageId = "155d900f-4e14-4e4c-a73d-069cbf4541e6",
        FlavorName = "m1.nano",
        Zone = "nova",
        ReservationId = "r-abcdefgh",
        LaunchIndex = 3,
        Metadata = new Dictionary<string, string> { ["role"] = "<web & \"more\">" },
        Key = new GuestKey("mykey", "ssh", "ssh-ed25519 AAAA me@here\n"),
        AdminPass = "s3cret",
        UserData = Encoding.UTF8.GetBytes(Script),
        MacAddress = "fa:16:3e:01:02:03",
    };

    [Theory]
    [InlineData("rockridge")]
    [InlineData("joliet")]
    public async Task Guests_of_either_kind_find_it_by_its_label_and_read_every_file_of_Novas(string names)
    {
        using var drive = await Unpacked.OfAsync(ConfigDrive.Make(Guest), names);
        Assert.Equal("config-2", drive.Label);
        Assert.Equal(ConfigDrive.Files(Guest).Keys.Order(StringComparer.Ordinal), drive.Paths);
        Assert.Equal(Script, drive.Text("openstack/latest/user_data"));
        Assert.Equal(Script, drive.Text("ec2/latest/user-data"));
    }

    [Fact]
    public async Task Its_metadata_is_as_OpenStack_documents_it()
    {
        using var drive = await Unpacked.OfAsync(ConfigDrive.Make(Guest));
        var latest = drive.Json("openstack/latest/meta_data.json").AsObject();
        Assert.Equal(512, Convert.FromBase64String((string)latest["random_seed"]!).Length);
        latest.Remove("random_seed");
        var documented = JsonNode.Parse("""
            {"uuid":"83679162-1378-4288-a2d4-70e13ec132aa","meta":{"role":"<web & \"more\">"},"admin_pass":"s3cret",
             "public_keys":{"mykey":"ssh-ed25519 AAAA me@here\n"},
             "keys":[{"name":"mykey","type":"ssh","data":"ssh-ed25519 AAAA me@here\n"}],
             "hostname":"kfer-eins","name":"Käfer \"eins\"","launch_index":3,"availability_zone":"nova",
             "project_id":"f7ac731cc11f40efbc03a9f9e1d1d21f","devices":[],"dedicated_cpus":[]}
            """)!;
        Assert.True(JsonNode.DeepEquals(documented, latest), latest.ToJsonString());
        Assert.Equal(
            """{"links":[{"id":"interface0","type":"phy","ethernet_mac_address":"fa:16:3e:01:02:03","mtu":null}],"networks":[{"id":"network0","type":"ipv4_dhcp","link":"interface0","network_id":"network0"}],"services":[]}""",
            drive.Text("openstack/latest/network_data.json"));
        Assert.Equal("{}", drive.Text("openstack/latest/vendor_data.json"));
        Assert.Equal("""{"static":{}}""", drive.Text("openstack/latest/vendor_data2.json"));
    }

    [Theory]
    [InlineData("2012-08-10", "meta_data.json user_data")]
    [InlineData("2013-04-04", "meta_data.json user_data")]
    [InlineData("2013-10-17", "meta_data.json user_data vendor_data.json")]
    [InlineData("2015-10-15", "meta_data.json network_data.json user_data vendor_data.json")]
    [InlineData("2016-06-30", "meta_data.json network_data.json user_data vendor_data.json")]
    [InlineData("2016-10-06", "meta_data.json network_data.json user_data vendor_data.json vendor_data2.json")]
    [InlineData("2017-02-22", "meta_data.json network_data.json user_data vendor_data.json vendor_data2.json")]
    [InlineData("2018-08-27", "meta_data.json network_data.json user_data vendor_data.json vendor_data2.json")]
    [InlineData("2020-10-14", "meta_data.json network_data.json user_data vendor_data.json vendor_data2.json")]
    [InlineData("latest", "meta_data.json network_data.json user_data vendor_data.json vendor_data2.json")]
    public void Each_version_has_the_files_that_it_added(string version, string files)
    {
        var folder = $"openstack/{version}/";
        Assert.Equal(files.Split(' '),
            ConfigDrive.Files(Guest).Keys.Where(path => path.StartsWith(folder, StringComparison.Ordinal))
            .Select(path => path[folder.Length..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Data_that_a_server_was_not_given_is_left_out()
    {
        var bare = Guest with
        {
            Key = null,
            AdminPass = null,
            UserData = null,
            MacAddress = null,
            Metadata = new Dictionary<string, string>(),
        };
        var files = ConfigDrive.Files(bare);
        Assert.DoesNotContain(files.Keys, path => path.Contains("user", StringComparison.Ordinal));
        var latest = JsonNode.Parse(files["openstack/latest/meta_data.json"])!.AsObject();
        Assert.DoesNotContain(latest, pair => pair.Key is "meta" or "admin_pass" or "public_keys" or "keys");
        Assert.Equal("""{"links":[],"networks":[],"services":[]}""",
            Encoding.UTF8.GetString(files["openstack/latest/network_data.json"]));
    }

    [Fact]
    public async Task Many_drives_are_made_at_once_and_none_is_mixed_up()
    {
        var made = await Task.WhenAll(
            Enumerable.Range(0, 8)
                .Select(index =>
                    Task.Run(() =>
                        ConfigDrive.Make(Guest with { Name = $"vm-{index}", UserData = new byte[65535 * 3 / 4] }))));
        for (var index = 0; index < made.Length; index++)
        {
            using var drive = await Unpacked.OfAsync(made[index]);
            Assert.Equal($"vm-{index}", (string)drive.Json("openstack/latest/meta_data.json")["name"]!);
        }
    }
}
