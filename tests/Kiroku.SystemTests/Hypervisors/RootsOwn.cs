using System.Diagnostics;
using System.Security.Cryptography;

namespace Kiroku.SystemTests.Hypervisors;

/// <summary>A file and a folder that only root may touch. A test checks that they are unchanged.</summary>
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

    /// <summary>Larger than the limit of a console, so that it would be trimmed.</summary>
    public string SecretFile => Path.Combine(folder.FullName, "secret");

    public string Folder => Path.Combine(folder.FullName, "folder");

    public void AssertUntouched() => Assert.Equal(before, Describe());

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>Describes names, owners, modes, times and contents.</summary>
    private string Describe()
    {
        string[] arguments = [folder.FullName, "-printf", "%p %U %G %m %s %n %T@\\n"];
        var start = new ProcessStartInfo("find", arguments) { RedirectStandardOutput = true };
        using var find = Process.Start(start)!;
        return find.StandardOutput.ReadToEnd() + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(SecretFile)));
    }
}
