using System.Xml.Linq;
using Kiroku.Identity.Tokens;
using Kiroku.Tests.Storage;

namespace Kiroku.Tests.Identity;

public sealed class SealingKeysTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kiroku-test-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Of_two_that_make_a_key_at_once_the_second_takes_the_firsts()
    {
        using var database = TestStore.Open(folder.FullName);
        database.Migrate();
        var (first, second) = (new SealingKeys(database), new SealingKeys(database));
        Assert.Empty(first.GetAllElements());
        Assert.Empty(second.GetAllElements());

        first.StoreElement(new XElement("key", "1"), "key-1");
        second.StoreElement(new XElement("key", "2"), "key-2");
        second.StoreElement(new XElement("revocation"), "revocation-1");

        Assert.Equal(["1", ""], second.GetAllElements().Select(element => element.Value));
        second.StoreElement(new XElement("key", "3"), "key-3");
        Assert.Equal(["1", "", "3"], first.GetAllElements().Select(element => element.Value));
    }
}
