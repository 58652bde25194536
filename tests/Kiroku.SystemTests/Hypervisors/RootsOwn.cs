using System.Diagnostics;
using System.Security.Cryptography;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>A file and a folder that are nobody's but root's; a test looks whether they are as they were.</summary>
internal sealed class RootsOwn : IDisposable
{
    public const string Secret = "root's own secret\n";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("roots");
    private readonly string before;

    public RootsOwn()
    {
        RealParts.RequireRoot();
        Directory.CreateDirectory(Folder);
        File.WriteAllText(SecretFile, string.Concat(Enumerable.Repeat(Secret, 100_000)));
        File.SetUnixFileMode(SecretFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        before = Describe();
    }

    /// <summary>Of more bytes than a console keeps, so that it would be trimmed.</summary>
    public string SecretFile => Path.Combine(folder.FullName, "secret");

    public string Folder => Path.Combine(folder.FullName, "folder");

    public void AssertUntouched() => Assert.Equal(before, Describe());

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Names, owners, modes and times, and what is in them.</summary>
    private string Describe()
    {
        string[] arguments = [folder.FullName, "-printf", "%p %U %G %m %s %n %T@\\n"];
        var start = new ProcessStartInfo("find", arguments) { RedirectStandardOutput = true };
        using var find = Process.Start(start)!;
        return find.StandardOutput.ReadToEnd() + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(SecretFile)));
    }
}
