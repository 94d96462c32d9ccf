-- The kind goes, and with it what is of that kind, and the account that anonymous analyses belong to.
DELETE FROM "public"."Job" WHERE "kind" = 'CV_ANALYSIS';
DELETE FROM "public"."User" WHERE "id" = '00000000-0000-7000-8000-000000000001';

-- AlterEnum
CREATE TYPE "public"."JobKind_new" AS ENUM ('DOCS', 'ANALYSIS', 'TASK');
ALTER TABLE "public"."Job" ALTER COLUMN "kind" TYPE "public"."JobKind_new" USING ("kind"::text::"public"."JobKind_new");
ALTER TYPE "public"."JobKind" RENAME TO "JobKind_old";
ALTER TYPE "public"."JobKind_new" RENAME TO "JobKind";
DROP TYPE "public"."JobKind_old";


-- DropForeignKey
ALTER TABLE "public"."CvAnalysis" DROP CONSTRAINT "CvAnalysis_jobId_fkey";

-- DropTable
DROP TABLE "public"."CvAnalysis";
