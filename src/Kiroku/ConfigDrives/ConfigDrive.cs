namespace Kiroku.ConfigDrives;

/// <summary>
/// The disk by which a guest learns who it is and who may log in, as cloud-init and its kin look for it: Nova's files
/// of every version that Nova has (nova/api/metadata/base.py, metadata_for_config_drive).
/// </summary>
internal static class ConfigDrive
{
    private const string Label = "config-2";

    public static byte[] Make(GuestFacts guest) => Iso9660.Make(Label, Files(guest));

    /// <summary>The files by their paths.</summary>
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
        return files;
    }
}
