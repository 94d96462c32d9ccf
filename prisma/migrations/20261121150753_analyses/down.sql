-- The kind goes, and with it what is of that kind.
DELETE FROM "public"."Job" WHERE "kind" = 'ANALYSIS';

-- AlterEnum
CREATE TYPE "public"."JobKind_new" AS ENUM ('DOCS');
ALTER TABLE "public"."Job" ALTER COLUMN "kind" TYPE "public"."JobKind_new" USING ("kind"::text::"public"."JobKind_new");
ALTER TYPE "public"."JobKind" RENAME TO "JobKind_old";
ALTER TYPE "public"."JobKind_new" RENAME TO "JobKind";
DROP TYPE "public"."JobKind_old";


-- DropForeignKey
ALTER TABLE "public"."Analysis" DROP CONSTRAINT "Analysis_jobId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Analysis" DROP CONSTRAINT "Analysis_previousId_fkey";

-- DropForeignKey
ALTER TABLE "public"."Analysis" DROP CONSTRAINT "Analysis_repositoryId_fkey";

-- DropForeignKey
ALTER TABLE "public"."AnalysisFinding" DROP CONSTRAINT "AnalysisFinding_jobId_fkey";

-- DropTable
DROP TABLE "public"."Analysis";

-- DropTable
DROP TABLE "public"."AnalysisFinding";

-- DropEnum
DROP TYPE "public"."AnalysisType";

-- DropEnum
DROP TYPE "public"."FindingSeverity";

-- DropEnum
DROP TYPE "public"."FindingState";
