namespace Kiroku.Tests.House;

/// <summary>A file of the product's source, and the other files that it uses.</summary>
/// <param name="Path">Its path below <c>src/Kiroku</c>: <c>Servers/Work/StopServer.cs</c>.</param>
/// <param name="Lines">The number of its lines.</param>
/// <param name="Uses">The other files whose types it names, creates or calls.</param>
/// <param name="Texts">Its string literals.</param>
internal sealed record SourceFile(string Path, int Lines, IReadOnlySet<string> Uses, IReadOnlyList<string> Texts)
{
    /// <summary>The file's folder; empty at the root.</summary>
    public string Folder => FolderOf(Path);

    /// <summary>The first folder of its path; empty at the root.</summary>
    public string Room => RoomOf(Path);

    /// <summary>
    /// Whether it only puts other files together and so must know them all: an application, a room, the commands.
    /// </summary>
    public bool IsTableOfContents
        => Room.Length == 0 || Path.EndsWith("Room.cs", StringComparison.Ordinal) || Path == "CommandLine/Commands.cs";

    /// <summary>The main file of a type's part: <c>X.cs</c> for <c>X.Part.cs</c>.</summary>
    public static string WholeOf(string path)
        => $"{FolderOf(path)}/{System.IO.Path.GetFileName(path).Split('.')[0]}.cs".TrimStart('/');

    public static string RoomOf(string path) => FolderOf(path).Split('/')[0];

    public static string FolderOf(string path) => System.IO.Path.GetDirectoryName(path) ?? "";
}
