namespace Kiroku.Tests;

/// <summary>A folder that services worked in.</summary>
internal static class TestFolder
{
    /// <summary>
    /// Deletes the folder, and again if a service that counts as killed was just making a file in it.
    /// </summary>
    public static void Delete(string path)
    {
        for (var attempt = 1; Directory.Exists(path); attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
            }
            catch (IOException) when (attempt < 10)
            {
            }
        }
    }
}
