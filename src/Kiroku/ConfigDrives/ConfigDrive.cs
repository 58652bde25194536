namespace Kiroku.ConfigDrives;

/// <summary>
/// The config drive, from which a guest learns who it is and who may log in. It has the layout that cloud-init and
/// similar tools expect, with Nova's files in all of Nova's versions (nova/api/metadata/base.py,
/// metadata_for_config_drive).
/// </summary>
internal static class ConfigDrive
{
    private const string Label = "config-2";

    public static byte[] Make(GuestFacts guest) => Iso9660.Make(Label, Files(guest));

    /// <summary>The drive's files by path.</summary>
    public static IReadOnlyDictionary<string, byte[]> Files(GuestFacts guest)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var version in Ec2Data.Versions)
        {
            files[$"ec2/{version}/meta-data.json"] = Ec2Data.Write(guest);
            if (guest.UserData is { } data)
                files[$"ec2/{version}/user-data"] = data;
        }
        foreach (var version in OpenStackData.Versions)
        {
            foreach (var (name, content) in OpenStackData.Files(guest, version))
                files[$"openstack/{version}/{name}"] = content;
        }
        foreach (var (place, content) in OpenStackData.Content(guest))
            files[$"openstack{place}"] = content;
        return files;
    }
}
